"""The timeline: who is where and when, which seats are open, and moving a secondment to other days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.actions import secondments as actions
from exchange.actions import shifting
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.dates import parse_date
from exchange.domain.periods import Period, add_months
from exchange.store import holidays, institutes, secondment_facts, standing_states
from exchange.store import secondments as secondment_store
from exchange.store import timeline as store
from exchange.store.secondments import Found
from exchange.store.timeline import SeatRow, StayRow
from exchange.web import access, clock, timeline_board
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import ORDERS
from exchange.web.paging import typed_number
from exchange.web.wording import counted, current_reader

pages = Blueprint("timeline", __name__)

GROUPS = {"home": "By home institute", "host": "By host institute", "workstream": "By workstream"}
SPANS = {6: "6 months", 12: "12 months", 24: "24 months"}
SEATS_SHOWN, SEATS_STEP = 6, 50  # open seats at first, so that people stay in sight, and as many more as are asked for
PER_PAGE = 50  # people on one board; beyond that it goes on to a next page


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; whatever it says that makes no sense is as if it said nothing.

    Where it names no ``view``, the page has both and the width decides: a phone shows the list. ``seats`` is how many
    open seats are shown.
    """

    view: str
    group: str
    span: int
    first: date
    proposed: bool
    page: int
    seats: int

    def link(self, **other: object) -> str:
        """The same timeline but for what is given."""
        own: dict[str, object] = {
            "view": self.view or None,
            "group": self.group,
            "span": self.span,
            "from": self.first.isoformat()[:7],
            "proposed": "yes" if self.proposed else None,
            "seats": self.seats if self.seats > SEATS_STEP else None,
        }
        return url_for("timeline.show", **{**own, **other})  # type: ignore[arg-type]  # Flask's own words first

    @property
    def window(self) -> Period:
        return Period(self.first, add_months(self.first, self.span) - timedelta(days=1))


@pages.get("/timeline")
@allowed(Permission.SECONDMENTS_SEE)
def show() -> ResponseReturnValue:
    today = clock.today(access.signed_in().zone)
    asked = _asked(today)
    scope = secondment_facts.scope_of(access.actor())
    stays = standing_states.as_they_stand(db.session(), store.stays(db.session(), scope, asked.window), today)
    seats = store.open_seats(db.session(), asked.window) if access.may(Permission.OPENINGS_SEE) else []
    known = institutes.all_institutes(db.session())
    shown, people = _page_of(stays, asked.page)
    board = None
    if asked.view != "list":
        days_off = holidays.of_institutes(db.session(), asked.window)
        drawing = timeline_board.Drawing(known, today, asked.group, asked.proposed, _movable(shown), days_off)
        more = _more_seats(asked, seats)
        board = drawing.board(asked.first, asked.span, shown, stays, seats[: asked.seats] if more else seats, more)
    return render_template(
        "timeline/show.html",
        asked=asked,
        board=board,
        stays=shown,
        seats=seats[: asked.seats],
        more_seats=_more_seats(asked, seats),
        people=people,
        per_page=PER_PAGE,
        institutes=known,
        groups=GROUPS,
        spans=SPANS,
        earlier=add_months(asked.first, -max(1, asked.span // 2)).isoformat()[:7],
        later=add_months(asked.first, max(1, asked.span // 2)).isoformat()[:7],
        today=today,
    )


@pages.post("/timeline/<int:ident>/check")
@allowed(Permission.SECONDMENTS_PROPOSE)
def check(ident: int) -> ResponseReturnValue:
    """What the days in the dialog would mean; nothing is written."""
    found = _found(ident)
    days = _days()
    shift = None
    if days is not None:
        today = clock.today(access.signed_in().zone)
        shift = shifting.look(db.session(), access.actor(), found, *days, today=today)
    return render_template("timeline/check.html", shift=shift, found=found), 200 if shift and not shift.blocks else 422


@pages.post("/timeline/<int:ident>/move")
@allowed(Permission.SECONDMENTS_PROPOSE)
def move(ident: int) -> ResponseReturnValue:
    """Change a draft's days; what both institutes have agreed to leads to the form of a new version instead."""
    found = _found(ident)
    days = _days()
    if days is None:
        return render_template("timeline/check.html", shift=None, found=found), 422
    shift = shifting.look(db.session(), access.actor(), found, *days, today=clock.today(access.signed_in().zone))
    if shift.blocks:
        return render_template("timeline/check.html", shift=shift, found=found), 422
    if not shift.in_place:
        start, end = (day.isoformat() for day in days)
        flash("Both institutes have agreed to the old days: propose the new ones as a new version.", "info")
        return redirect(url_for("agreements.propose", ident=ident, start=start, end=end), code=303)
    actions.edit(
        db.session(),
        access.actor(),
        ident,
        shifting.with_days(found, *days),
        version=typed_number(request.form.get("version")) or 0,
        now=clock.now(),
    )
    flash("The days are changed.", "ok")
    return redirect(access.safe_next(request.form.get("back")), code=303)


def _asked(today: date) -> Asked:
    args = request.args
    view, group = args.get("view", ""), args.get("group", "home")
    span, page = args.get("span", 12, type=int), args.get("page", 1, type=int)
    fewest = SEATS_STEP if group == "workstream" else SEATS_SHOWN  # there they stand among the people
    first = _month(args.get("from", "")) or add_months(today.replace(day=1), -1)
    return Asked(
        view=view if view in {"board", "list"} else "",
        group=group if group in GROUPS else "home",
        span=span if span in SPANS else 12,
        first=first,
        proposed="proposed" in args,
        page=max(1, page),
        seats=max(fewest, args.get("seats", 0, type=int)),
    )


def _more_seats(asked: Asked, seats: list[SeatRow]) -> timeline_board.More | None:
    """How many of the open seats are shown, and where to see more; None where all are."""
    left = len(seats) - asked.seats
    if left <= 0:
        return None
    step = min(left, SEATS_STEP)
    link = asked.link(seats=asked.seats + step, page=asked.page)
    return timeline_board.More(f"the first {asked.seats} of {len(seats)}", f"Show {counted(step, 'more seat')}", link)


def _month(text: str) -> date | None:
    """``2027-03`` as its first day."""
    year, month = (typed_number(part) for part in (*text.split("-", 1), "")[:2])
    if year is None or month is None or not (1 <= month <= 12 and 2000 <= year <= 2100):
        return None
    return date(year, month, 1)


def _page_of(stays: list[StayRow], page: int) -> tuple[list[StayRow], int]:
    """The stays of one page of people, and how many people there are."""
    people = list(dict.fromkeys(stay.person_id for stay in stays))
    on_page = set(people[(page - 1) * PER_PAGE : page * PER_PAGE])
    return [stay for stay in stays if stay.person_id in on_page], len(people)


def _movable(stays: Iterable[StayRow]) -> frozenset[int]:
    """The secondments whose days this reader may change, or propose to change."""
    actor = access.actor()
    return frozenset(
        stay.id
        for stay in stays
        if stay.state not in timeline_board.SETTLED
        and permissions.decide(actor, Permission.SECONDMENTS_PROPOSE, stay.home_id, stay.host_id).allowed
    )


def _found(ident: int) -> Found:
    found = secondment_store.find(db.session(), ident, secondment_facts.scope_of(access.actor()))
    if found is None:
        abort(404)
    return found


def _days() -> tuple[date, date] | None:
    """The two days of the dialog, as the reader writes days; None where one cannot be read."""
    order = ORDERS[current_reader().locale]
    found = []
    for name in ("start", "end"):
        try:
            found.append(parse_date(request.form.get(name, ""), order))
        except ValueError:
            return None
    return found[0], found[1]
