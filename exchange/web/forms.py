"""What every form shares: described fields, dates as people type them, and the summary of what is wrong.

The browser checks nothing; the server decides and answers 422 with the values kept. A field names its hint and its
error to a screen reader; the summary lists the errors in the order of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import (
    DecimalField,
    Field,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.csrf.core import CSRFTokenField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from exchange.domain.dates import DateOrder, parse_date
from exchange.web.wording import current_reader, written_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markupsafe import Markup

ORDERS: dict[str, DateOrder] = {"en_GB": DateOrder.DAY_FIRST, "en_US": DateOrder.MONTH_FIRST}
LARGEST_NUMBER = 2**31 - 1  # what an INTEGER column holds on PostgreSQL


CHOOSE = "Choose one of those offered; this one is not, or not any more"
# The form library's own words, and what we say instead: what is wrong, and what to do.
_SENTENCES = {
    "Not a valid choice.": CHOOSE,
    "Invalid Choice: could not coerce.": CHOOSE,
    "Not a valid integer value.": "Enter a whole number, such as 12",
    "Not a valid decimal value.": "Enter a number, such as 12 or 0.5",
    "'%(value)s' are not valid choices for this field.": CHOOSE,
    "Field cannot be longer than %(max)d characters.": "Write at most %(max)d characters",
    "Field must be at least %(min)d characters long.": "Write at least %(min)d characters",
    "Number must be at least %(min)s.": "Enter %(min)s or more",
    "Number must be at most %(max)s.": "Enter %(max)s or less",
    "Number must be between %(min)s and %(max)s.": "Enter a number from %(min)s to %(max)s",
}


class _Words:
    """A translation of the form library into our words, as it asks for one."""

    def gettext(self, words: str) -> str:
        return _SENTENCES.get(words, words)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return _SENTENCES.get(many, one if number == 1 else many)


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the error summary: the sentence and the id of what to put right, if one control is to blame."""

    sentence: str
    target: str | None


class Form(FlaskForm):
    """The base of all forms. A template renders its fields with ``m.field`` and its problems with ``m.errors``."""

    class Meta(FlaskForm.Meta):
        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """Add what ties a control to its hint and error; the ids are those that ``m.field`` writes."""
            if isinstance(field, CSRFTokenField):
                render_kw = {"id": False, **render_kw}  # several forms may share a page
            else:
                render_kw = {**described(field), "required": False, **render_kw}
            rendered: Markup = super().render_field(field, render_kw)
            return rendered

        def get_translations(self, form: FlaskForm) -> _Words:  # noqa: ARG002 - the library's signature
            return _Words()

    def validate(self, extra_validators: dict[str, Any] | None = None) -> bool:
        """Also refuse whole numbers that no column holds, which the validators of a range cannot even compare."""
        for field in _whole_numbers(self):
            if field.data is not None and abs(field.data) > LARGEST_NUMBER:
                field.data = None
                field.process_errors.append("Enter a smaller number")
        return bool(super().validate(extra_validators=extra_validators))

    def error_summary(self) -> tuple[Problem, ...]:
        """All that is wrong, in the order of the page; what concerns no single field comes first."""
        whole = tuple(Problem(str(sentence), None) for sentence in self.form_errors)
        return whole + tuple(problem for field in self for problem in _problems(field))


class TextDate(StringField):
    """A civil date typed as text. ``data`` is the date, or None when nothing (or nothing readable) was typed.

    Digits alone are read in the reader's own order; the page echoes every date in words. Say ``Optional`` or
    ``DataRequired`` as with any field: a date that cannot be read keeps its own sentence.
    """

    data: date | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = parse_date(text, ORDERS[current_reader().locale]) if text else None

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (as WTForms has it)
        """Forget the default when the form was sent: an unreadable date must not fall back on it."""
        super().process(formdata, *args, **kwargs)
        if self.process_errors:
            self.data = None

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401, ARG002  (as WTForms has it)
        if self.process_errors:
            raise StopValidation

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return written_date(self.data, current_reader()) if self.data else ""


class Share(DecimalField):
    """A number below or about one, with a point or, as many people write it, a comma."""

    data: Decimal | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip().replace(",", ".") if valuelist else ""
        if not text:
            return
        try:
            self.data = Decimal(text)
        except InvalidOperation as error:
            self.data = None
            raise ValueError("Write a number such as 0.5") from error


class CheckboxList(SelectMultipleField):
    """Several of a short list, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def described(field: Field) -> dict[str, str]:
    """``aria-describedby`` and ``aria-invalid`` of a control. In a group the fieldset carries the description."""
    if is_group(field):
        return {}
    ids = []
    if field.description:
        ids.append(f"{field.id}-hint")
    if field.errors:
        ids.append(f"{field.id}-error")
    if isinstance(field, TextDate):
        ids.append(f"{field.id}-echo")
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    return attributes | ({"aria-invalid": "true"} if field.errors else {})


def _whole_numbers(fields: Iterable[Field]) -> Iterator[IntegerField]:
    """Every field for a whole number, also in the rows of a form."""
    for field in fields:
        if isinstance(field, IntegerField):
            yield field
        elif isinstance(field, FormField):
            yield from _whole_numbers(field.form)
        elif isinstance(field, FieldList):
            yield from _whole_numbers(field.entries)


def is_group(field: Field) -> bool:
    """Whether the field is several controls under one legend."""
    return isinstance(field, (RadioField, CheckboxList))


def _problems(field: Field) -> Iterator[Problem]:
    if isinstance(field, FormField):
        yield from (Problem(str(sentence), None) for sentence in field.form.form_errors)
        yield from (problem for inner in field for problem in _problems(inner))
    elif isinstance(field, FieldList):
        yield from (problem for inner in field for problem in _problems(inner))
        yield from (Problem(error, None) for error in field.errors if isinstance(error, str))
    elif field.errors:
        hidden = field.widget is not None and getattr(field.widget, "input_type", "") == "hidden"
        yield Problem(str(field.errors[0]), None if hidden else f"{field.id}-0" if is_group(field) else str(field.id))
