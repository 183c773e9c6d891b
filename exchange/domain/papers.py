"""What is shown for one secondment and kept as a day and a note: declarations, documents, confirmations."""

from __future__ import annotations

from enum import StrEnum

from exchange.domain.actors import Actor, Role
from exchange.domain.verdict import YES, Refusal, Verdict, no


class PaperKind(StrEnum):
    DECLARATION = "declaration"
    PASSPORT = "passport"
    EXPORT_BRIEF = "export_brief"
    COVERAGE_CERTIFICATE = "coverage_certificate"
    FUNDING = "funding"


# What each is called, and what its day means.
PAPERS: dict[PaperKind, tuple[str, str]] = {
    PaperKind.DECLARATION: ("Declaration of interests", "signed on"),
    PaperKind.PASSPORT: ("Passport", "valid until"),
    PaperKind.EXPORT_BRIEF: ("Export-control briefing", "given on"),
    PaperKind.COVERAGE_CERTIFICATE: ("Certificate of coverage", "obtained on"),
    PaperKind.FUNDING: ("Funding of every fiscal year", "confirmed on"),
}
AHEAD = frozenset({PaperKind.PASSPORT})  # its day lies in the future
OWN = frozenset({PaperKind.DECLARATION, PaperKind.PASSPORT})  # the person records these too


def kinds_open_to(actor: Actor, person_id: int, home_id: int, host_id: int) -> tuple[PaperKind, ...]:
    """What the actor may record: coordinators of either side everything, the person their own."""
    if actor.person_id is not None and actor.person_id == person_id:
        return tuple(kind for kind in PaperKind if kind in OWN)
    if any(actor.has(Role.HR_COORDINATOR, side) for side in (home_id, host_id)):
        return tuple(PaperKind)
    return ()


def may_record(kind: PaperKind, actor: Actor, person_id: int, home_id: int, host_id: int) -> Verdict:
    if kind in kinds_open_to(actor, person_id, home_id, host_id):
        return YES
    return no(Refusal.FORBIDDEN, f"{PAPERS[kind][0]}: an HR coordinator of the home or the host institute records it.")
