"""Showing in a form why an action refused what was typed, so that nothing typed is lost."""

from __future__ import annotations

from exchange.actions.writing import Refused
from exchange.domain.verdict import Refusal
from exchange.web.errors import STATUS
from exchange.web.forms import Form

_STATUS = "_exchange_status"


def show(form: Form, refusal: Refused) -> None:
    """Put the reasons above the form. What one may not know of stays "not found", whatever was typed."""
    kind = refusal.verdict.refusal or Refusal.INVALID
    if kind is Refusal.NOT_FOUND:
        raise refusal
    form.form_errors.extend(refusal.verdict.reasons)
    setattr(form, _STATUS, STATUS[kind])


def status(form: Form | None) -> int:
    """200 for a form not sent yet, the refusal's own code, or 422 for what the form itself found."""
    if form is None:
        return 200
    return int(getattr(form, _STATUS, 422 if form.errors else 200))
