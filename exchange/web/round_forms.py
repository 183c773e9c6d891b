"""The form in which a round is decided: who and what takes part, when, for how long, within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import DecimalField, FieldList, FormField, HiddenField, IntegerField, SelectChoice, StringField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from exchange.actions.rounds.planning import RoundTerms
from exchange.domain.round_settings import RoundSettings
from exchange.store.institutes import InstituteRow
from exchange.store.rounds import ExchangeRound
from exchange.web.forms import CheckboxList, Form, TextDate
from exchange.web.paging import typed_number

NOT_NEGATIVE = NumberRange(0, message="Enter zero or more")
GROUPS = (
    ("When and who", ("title", "starts_on", "weeks", "institutes")),
    ("Stays", ("min_weeks", "preferred_weeks", "max_weeks")),
    ("Limits", ("tolerance_weeks", "team_share", "desks")),
    ("What counts", ("placement_points", "off_length_points", "late_points", "seconds")),
)
MONEY = ("home_week_cost", "host_week_cost", "travel_cost")
LEFT_OUT = ("without_openings", "without_people")


class BudgetRow(PlainForm):
    """What one institute may spend in a fiscal year; left empty, money does not bind it."""

    institute = HiddenField()
    amount = IntegerField("Budget", [Optional(), NOT_NEGATIVE])


class RoundForm(Form):
    title = StringField(
        "Title", [InputRequired("Enter a title"), Length(max=200)], description="For example Spring 2027"
    )
    starts_on = TextDate("First day of the window", [InputRequired("Enter the first day")])
    weeks = IntegerField(
        "Length of the window in weeks",
        [InputRequired("Enter a number of weeks"), NumberRange(1, 260, "Between 1 and 260 weeks")],
        default=52,
    )
    institutes = CheckboxList("Institutes taking part")
    min_weeks = IntegerField("Shortest stay in weeks", [InputRequired("Enter the shortest stay")], default=8)
    preferred_weeks = IntegerField("Preferred stay in weeks", [InputRequired("Enter the preferred stay")], default=26)
    max_weeks = IntegerField("Longest stay in weeks", [InputRequired("Enter the longest stay")], default=52)
    tolerance_weeks = IntegerField(
        "Tolerance of the balance in person-weeks",
        [InputRequired("Enter a number of weeks")],
        default=52,
        description="How far what a pair of institutes sends and receives may differ",
    )
    team_share = DecimalField(
        "Share of an institute's people away at once",
        [InputRequired("Enter a share"), NumberRange(0.01, 1, "Between 0.01 and 1")],
        default=0.25,
        description="0.25 is one in four",
    )
    desks = IntegerField("Visitor desks per institute", [InputRequired("Enter a number of desks")], default=20)
    placement_points = IntegerField(
        "Points for each placement",
        [InputRequired("Enter a number"), NOT_NEGATIVE],
        default=100,
        description="The higher, the more people go rather than the best fitting ones; a fit gives up to 21 a week",
    )
    off_length_points = IntegerField(
        "Points off for each week from the preferred stay", [InputRequired("Enter a number"), NOT_NEGATIVE], default=4
    )
    late_points = IntegerField(
        "Points off for each week of waiting", [InputRequired("Enter a number"), NOT_NEGATIVE], default=1
    )
    seconds = IntegerField(
        "Seconds to compute",
        [InputRequired("Enter the seconds"), NumberRange(1, 600, "Between 1 and 600 seconds")],
        default=10,
    )
    home_week_cost = IntegerField(
        "Cost to the home institute, each week", [InputRequired("Enter a cost"), NOT_NEGATIVE], default=0
    )
    host_week_cost = IntegerField(
        "Cost to the host, each week", [InputRequired("Enter a cost"), NOT_NEGATIVE], default=0
    )
    travel_cost = IntegerField(
        "Travel, paid by the home institute", [InputRequired("Enter a cost"), NOT_NEGATIVE], default=0
    )
    budgets = FieldList(FormField(BudgetRow), "Budget for each fiscal year")
    without_openings = CheckboxList("Openings left out", coerce=int)
    without_people = CheckboxList("Your people left out", coerce=int)
    version = HiddenField()


def filled(row: ExchangeRound) -> dict[str, Any]:
    """What the form holds of a round that there is already."""
    settings = RoundSettings.read(row.settings)
    names = (*(name for _, group in GROUPS for name in group), *MONEY, *LEFT_OUT)
    data = {name: getattr(settings, name) for name in names if hasattr(settings, name)}
    return data | {
        "title": row.title,
        "starts_on": row.starts_on,
        "weeks": row.weeks,
        "institutes": [str(ident) for ident in settings.institutes],
        "without_openings": list(settings.without_openings),
        "without_people": list(settings.without_people),
        "version": row.version,
    }


def with_institutes(form: RoundForm, known: Mapping[int, InstituteRow], budgets: Mapping[int, int]) -> None:
    """Offer every institute, each with a row for its budget."""
    form.institutes.choices = [SelectChoice(str(one.id), one.short_name) for one in known.values()]
    if not form.budgets.entries:
        for one in known.values():
            form.budgets.append_entry({"institute": one.id, "amount": budgets.get(one.id)})
    for entry in form.budgets:
        institute = known.get(typed_number(str(entry.form.institute.data)) or 0)
        name = institute.short_name if institute else "an institute"
        entry.form.amount.label.text = f"Budget of {name}"


def terms(form: RoundForm, institute_id: int) -> RoundTerms:
    assert form.starts_on.data is not None  # it was required
    given = ((typed_number(str(row["institute"])), row["amount"]) for row in form.budgets.data)
    budgets = {ident: amount for ident, amount in given if ident is not None}
    return RoundTerms(
        title=form.title.data,
        institute_id=institute_id,
        starts_on=form.starts_on.data,
        weeks=form.weeks.data,
        settings=RoundSettings(
            institutes=tuple(sorted(int(value) for value in form.institutes.data or ())),
            tolerance_weeks=form.tolerance_weeks.data,
            team_share=float(form.team_share.data),
            desks=form.desks.data,
            min_weeks=form.min_weeks.data,
            preferred_weeks=form.preferred_weeks.data,
            max_weeks=form.max_weeks.data,
            seconds=form.seconds.data,
            budgets=tuple(sorted((ident, money) for ident, money in budgets.items() if money is not None)),
            home_week_cost=form.home_week_cost.data,
            host_week_cost=form.host_week_cost.data,
            travel_cost=form.travel_cost.data,
            placement_points=form.placement_points.data,
            off_length_points=form.off_length_points.data,
            late_points=form.late_points.data,
            without_openings=tuple(sorted(form.without_openings.data or ())),
            without_people=tuple(sorted(form.without_people.data or ())),
        ),
    )
