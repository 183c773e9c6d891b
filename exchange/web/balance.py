"""The ledger of exchanges: person-weeks out and in of each pair of institutes, done and planned; page and file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from exchange.domain import access as rules_of_access
from exchange.domain import balance as rules
from exchange.domain import punctuality, stages
from exchange.domain.access import Permission
from exchange.domain.balance import Flow, PairBalance, Tolerance
from exchange.domain.periods import Period
from exchange.domain.policies import PolicyBook, pair_of
from exchange.domain.secondment_facts import State
from exchange.files.exports import Value, csv_bytes
from exchange.store import balance as store
from exchange.store import checklists, institutes, policies, secondment_facts, secondments
from exchange.store.checklists import Checklist
from exchange.store.institutes import InstituteRow
from exchange.web import access, charts, clock
from exchange.web.access import allowed
from exchange.web.charts import Chart, Series
from exchange.web.database import db
from exchange.web.wording import state_words

pages = Blueprint("balance", __name__)

TENTH = Decimal("0.1")
SHOWN_IN_CHART = 8
HEADER = (
    "Institute",
    "Partner",
    "Weeks out, done",
    "Weeks out, planned",
    "People out",
    "Weeks in, done",
    "Weeks in, planned",
    "People in",
    "Weeks more out than in",
    "Within tolerance",
    "Tolerance in per cent",
    "Tolerance in months",
    "Tolerance of their own",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A pair as one of the two institutes sees it. ``warning`` is empty while the pair is within its tolerance."""

    own: InstituteRow
    other: InstituteRow
    out: Flow
    back: Flow
    warning: str
    tolerance: Tolerance
    own_tolerance: bool

    @property
    def pair(self) -> str:
        """The two institutes as the rules name them."""
        return pair_of(self.own.code, self.other.code)

    @property
    def surplus(self) -> Decimal:
        return self.out.total - self.back.total

    def cells(self) -> tuple[Value, ...]:
        return (
            self.own.short_name,
            self.other.short_name,
            *(tenth(self.out.done), tenth(self.out.planned), self.out.people),
            *(tenth(self.back.done), tenth(self.back.planned), self.back.people),
            tenth(self.surplus),
            "no" if self.warning else "yes",
            *(self.tolerance.per_cent, self.tolerance.months),
            "yes" if self.own_tolerance else "no",
        )


class Numbers(NamedTuple):
    """The numbers of the rules as of a day."""

    book: PolicyBook
    day: date


@dataclass(frozen=True, slots=True)
class View:
    year: int | None
    rows: tuple[Row, ...]
    tolerance: Tolerance


def tenth(weeks: Decimal) -> Decimal:
    return weeks.quantize(TENTH)


@pages.get("/balance")
@allowed(Permission.REPORTS_SEE)
def show() -> ResponseReturnValue:
    today = clock.today(access.signed_in().zone)
    view = _view(today)
    return render_template(
        "balance/show.html",
        view=view,
        tenth=tenth,
        total_out=tenth(sum((row.out.total for row in view.rows), Decimal(0))),
        total_in=tenth(sum((row.back.total for row in view.rows), Decimal(0))),
        whole=_own_institutes() is None,
        years=(today.year - 1, today.year, today.year + 1),
        chart=_chart(view.rows[:SHOWN_IN_CHART]) if view.rows else None,
        punctual=punctuality.by_institute(_checklists(), today),
        stages=stages.by_institute(secondments.steps(db.session(), secondment_facts.scope_of(access.actor()))),
        stage_words=[state_words(state)[0] for state in stages.STAGES],
        institutes=institutes.all_institutes(db.session()),
    )


@pages.get("/balance.csv")
@allowed(Permission.REPORTS_SEE)
def export() -> ResponseReturnValue:
    today = clock.today(access.signed_in().zone)
    content = csv_bytes(HEADER, (row.cells() for row in _view(today).rows))
    headers = {"Content-Disposition": f'attachment; filename="exchange-balance-{today.isoformat()}.csv"'}
    return Response(content, mimetype="text/csv", headers=headers)


def _checklists() -> list[Checklist]:
    """Of every secondment the reader may know of whose tasks have begun, the finished ones too."""
    scope = secondment_facts.scope_of(access.actor())
    return checklists.within(db.session(), scope, checklists.BEGUN | {State.CLOSED})


def _own_institutes() -> frozenset[int] | None:
    return rules_of_access.reach(access.actor(), Permission.REPORTS_SEE)


def _view(today: date) -> View:
    session, own = db.session(), _own_institutes()
    year = _year()
    within = Period(date(year, 1, 1), date(year, 12, 31)) if year else None
    numbers = Numbers(policies.book(session), today)
    known = institutes.all_institutes(session)
    pairs = rules.ledger(store.exchanged(session, own), today, within)
    return View(year, tuple(_row(pair, known, own, numbers) for pair in pairs), rules.tolerance_of(*numbers))


def _year() -> int | None:
    text = request.args.get("year", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == len("2026")) or int(text) < 1:
        abort(404)
    return int(text)


def _row(pair: PairBalance, known: Mapping[int, InstituteRow], own: frozenset[int] | None, numbers: Numbers) -> Row:
    first, second = pair.first_id, pair.second_id
    if own is not None and first not in own:
        first, second = second, first
    out, back = pair.seen_from(first)
    tolerance = rules.tolerance_of(*numbers, pair_of(known[first].code, known[second].code))
    warning = " ".join(breach.sentence for breach in rules.reciprocity(pair, tolerance))
    theirs = tolerance != rules.tolerance_of(*numbers)
    return Row(known[first], known[second], out, back, warning, tolerance, theirs)


def _chart(rows: Sequence[Row]) -> Chart:
    """Two columns for each pair, out and in, each with what is done below what is planned."""
    labels, done, planned = [], [], []
    for row in rows:
        for way, flow in (("out", row.out), ("in", row.back)):
            one, other = (row.own, row.other) if way == "out" else (row.other, row.own)
            labels.append(f"{one.code.partition('-')[0]} to {other.code.partition('-')[0]}")
            done.append(float(tenth(flow.done)))
            planned.append(float(tenth(flow.planned)))
    series = [Series("Weeks done", tuple(done)), Series("Weeks planned", tuple(planned), "slate")]
    return charts.columns("Person-weeks each way", labels, series, uid="balance-chart", of="Way", width=720)
