"""The first page: what needs the reader, who is away, what starts and ends soon; each role with its own part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from exchange.actions import suggestions
from exchange.actions.suggestions import Suggestions
from exchange.domain import attention
from exchange.domain.access import Permission
from exchange.domain.actors import Actor, Role
from exchange.domain.periods import Period, add_months
from exchange.domain.secondment_facts import BEFORE_ARRIVAL, FINAL, UNDER_WAY
from exchange.store import accounts, checklists, institutes, openings, secondment_facts, secondments, standing_states
from exchange.store.checklists import Checklist
from exchange.store.institutes import InstituteRow
from exchange.store.secondments import SecondmentRow
from exchange.web import access, charts, clock
from exchange.web.access import allowed
from exchange.web.charts import Chart, Series
from exchange.web.database import db
from exchange.web.hues import hue
from exchange.web.matching import index_cache
from exchange.web.wording import current_reader, written_date

pages = Blueprint("dashboard", __name__)

SOON = timedelta(days=60)
MONTHS = 12
SHOWN = 6


@pages.get("/")
@allowed(Permission.DASHBOARD_SEE)
def show() -> ResponseReturnValue:
    who = access.signed_in()
    today = clock.today(who.zone)
    rows = _rows(today)
    known = institutes.all_institutes(db.session())
    seats = openings.seats_offered(db.session(), today) if access.may(Permission.OPENINGS_SEE) else None
    waiting = attention.waiting_for(who.actor, rows, today)
    tasks = attention.tasks_due(who.actor, _checklists(), today)
    roles = _roles_to_confirm(who.actor)
    return render_template(
        "dashboard/show.html",
        who=who,
        today=today,
        part_of_day=_part_of_day(clock.now().astimezone(current_reader().here.tz).hour),
        institutes=known,
        waiting=waiting[:SHOWN],
        waiting_count=len(waiting) + len(roles),
        roles=roles,
        tasks=tasks[:SHOWN],
        tasks_count=len(tasks),
        overdue_count=sum(1 for one in tasks if one.overdue),
        away=[row for row in rows if row.state in UNDER_WAY and today in row.period],
        coming=[row for row in rows if row.state in BEFORE_ARRIVAL],
        soon=_soon(rows, today),
        seats=seats,
        chart=_away_chart(rows, known, today) if rows and _plans() else None,
        is_administrator=who.actor.has(Role.ADMINISTRATOR),
        mine=_mine(who.actor, today),
    )


def _roles_to_confirm(actor: Actor) -> list[accounts.Waiting]:
    """Roles that take two administrators, and that this one may confirm."""
    if not access.may(Permission.ACCOUNTS_EDIT):
        return []
    waiting = accounts.waiting(db.session())
    return [one for one in waiting if actor.person_id not in {one.asked_by_id, one.person_id}]


def _rows(today: date) -> list[SecondmentRow]:
    """The reader's secondments; one that has lapsed waits from today on for whoever restores its access."""
    if not access.may(Permission.SECONDMENTS_SEE):
        return []
    rows = secondments.listed(db.session(), secondment_facts.scope_of(access.actor()))
    standing = standing_states.as_they_stand(db.session(), rows, today)
    return [
        now if now.state is was.state else replace(now, state_since=today)
        for was, now in zip(rows, standing, strict=True)
    ]


def _checklists() -> list[Checklist]:
    if not access.may(Permission.CHECKLISTS_TICK):
        return []
    return checklists.within(db.session(), secondment_facts.scope_of(access.actor()))


def _mine(actor: Actor, today: date) -> Suggestions | None:
    """A researcher's own part: work that needs them, and their profile."""
    person_id, institute_id = actor.person_id, actor.institute_id
    if person_id is None or institute_id is None or not actor.has(Role.RESEARCHER):
        return None
    return suggestions.for_researcher(db.session(), index_cache(), person_id, institute_id, today=today)


def _plans() -> bool:
    """Whether the reader looks at the whole of an institute or the programme."""
    roles = (Role.HR_COORDINATOR, Role.PROGRAMME_DIRECTOR, Role.AUDITOR)
    return any(access.actor().has(role) for role in roles)


def _soon(rows: list[SecondmentRow], today: date) -> list[SecondmentRow]:
    """Secondments that start or end within the next two months, the nearest day first."""
    until = today + SOON

    def nearest(row: SecondmentRow) -> date:
        return row.starts_on if row.starts_on >= today else row.ends_on

    near = [row for row in rows if row.state not in FINAL and today <= nearest(row) <= until]
    return sorted(near, key=nearest)[:SHOWN]


def _away_chart(rows: list[SecondmentRow], known: Mapping[int, InstituteRow], today: date) -> Chart:
    """People at a host, month by month, by home institute."""
    first = today.replace(day=1)
    starts = [add_months(first, ahead) for ahead in range(MONTHS + 1)]
    months = [Period(start, after - timedelta(days=1)) for start, after in pairwise(starts)]
    reader = current_reader()
    homes = sorted({row.home_id for row in rows}, key=lambda ident: known[ident].code)
    series = [
        Series(
            f"from {known[home].short_name}",
            tuple(attention.away_by_month([row for row in rows if row.home_id == home], months)),
            hue(known[home].code),
        )
        for home in homes
    ]
    shown = [one for one in series if any(one.values)]
    labels = [written_date(month.start, reader, "month_year") for month in months]
    return charts.columns("People away, month by month", labels, shown, uid="away-chart")


def _part_of_day(hour: int) -> str:
    return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
