"""What a move asks for before it is made: a reason, a code, a day. Most ask for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wtforms import Field, RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.domain.secondment_facts import FINAL, EndReason, SuspensionCode, Verb
from exchange.domain.secondments import BY_SOURCE_AND_VERB, Move
from exchange.store.secondments import Secondment
from exchange.web import access, clock
from exchange.web.forms import Form, TextDate
from exchange.web.markings import MarkedForm, unmarked

CODES: dict[Verb, type[SuspensionCode | EndReason]] = {Verb.SUSPEND: SuspensionCode, Verb.END_EARLY: EndReason}
CODE_WORDS: dict[str, str] = {
    EndReason.HOME_NEEDS: "The home institute needs them back",
    EndReason.HOST_NEEDS: "The host can no longer offer the work",
    EndReason.PERSONAL: "Personal reasons",
    EndReason.WORK_FINISHED: "The work is finished",
    EndReason.EMPLOYMENT_ENDED: "The employment at home has ended",
    EndReason.PERMISSION_ENDED: "The permission to stay has ended",
    EndReason.ILLNESS: "Illness (told to coordinators and security officers only)",
    EndReason.DEATH: "Death (told to coordinators and security officers only)",
    SuspensionCode.ACCESS: "Access at the host",
    SuspensionCode.PERMISSION: "Permission to stay",
    SuspensionCode.LEAVE: "Long leave",
}


class ReasonForm(MarkedForm):
    reason = TextAreaField("Reason", [InputRequired("Give a reason"), Length(max=1000), unmarked])


class CodeForm(Form):
    reason = RadioField("Reason", [InputRequired("Choose a reason")])


class EndForm(CodeForm):
    day = TextDate(
        "Last day",
        [InputRequired("Enter the last day")],
        description="The last day at the host; it may lie a little ahead, or behind when it is recorded late.",
    )


class ArrivalForm(Form):
    day = TextDate(
        "Day of arrival",
        [InputRequired("Enter the day of arrival")],
        description="Today, or the day on which they really came when it is recorded late.",
    )


AnyForm = ReasonForm | CodeForm | ArrivalForm


@dataclass(frozen=True, slots=True)
class Said:
    reason: str = ""
    day: date | None = None


def asks(move: Move) -> bool:
    """Whether the move has a page of its own before it is made."""
    return move.reason or move.verb is Verb.ARRIVE


def form_for(verb: Verb, row: Secondment) -> AnyForm | None:
    """The form of the move's page, None when a click is enough (or it is no move from here: that is refused)."""
    move = BY_SOURCE_AND_VERB.get((row.state, verb))
    if move is None or not asks(move):
        return None
    today = clock.today(access.signed_in().zone)
    if verb is Verb.ARRIVE:
        return ArrivalForm(data={"day": today})
    codes = CODES.get(verb)
    if codes is None:
        return ReasonForm()
    form: CodeForm = EndForm(data={"day": today}) if verb is Verb.END_EARLY else CodeForm()
    form.reason.choices = [SelectChoice(code.value, CODE_WORDS[code]) for code in codes]
    return form


def said(form: AnyForm | None) -> Said:
    if form is None:
        return Said()
    fields: dict[str, Field] = {field.name: field for field in form}
    reason = fields["reason"].data if "reason" in fields else ""
    return Said(str(reason or ""), fields["day"].data if "day" in fields else None)


def is_final(verb: Verb, row: Secondment) -> bool:
    """Whether the move cannot be taken back: its button says so."""
    move = BY_SOURCE_AND_VERB.get((row.state, verb))
    return move is not None and (move.target in FINAL or verb is Verb.END_EARLY)
