"""The question about words that look like a protective marking, wherever somebody types free text."""

from __future__ import annotations

from wtforms import BooleanField, Field
from wtforms.validators import ValidationError

from exchange.domain.markings import marking_warning
from exchange.web.forms import Form


class MarkedForm(Form):
    """A form with free text. The box is for words that only look like a marking."""

    no_marking = BooleanField("Words in capitals here are no protective marking")


def unmarked(form: Form, field: Field) -> None:
    """A validator for a text of a ``MarkedForm``.

    Raises:
        ValidationError: the text seems to bear a marking, and nobody has said that it does not.
    """
    warning = marking_warning(field.data or "")
    if warning and isinstance(form, MarkedForm) and not form.no_marking.data:
        raise ValidationError(warning)
