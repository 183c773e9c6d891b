"""The answer to "may this be done?": yes, or no with the reasons as sentences for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why something was refused; each entry room maps it to its own code (HTTP status, exit status)."""

    NOT_FOUND = "not found"  # also for what one may not know of
    FORBIDDEN = "forbidden"
    CONFLICT = "conflict"  # the record has moved on, or another record stands in the way
    INVALID = "invalid"  # what was asked for makes no sense as typed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allowed when ``refusal`` is None; otherwise ``reasons`` are sentences shown as they are."""

    refusal: Refusal | None = None
    reasons: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict()


def no(refusal: Refusal, *reasons: str) -> Verdict:
    """A refusal. At least one reason, each a full sentence that says what would help."""
    if not reasons:
        raise ValueError("A refusal needs a reason.")
    return Verdict(refusal, reasons)
