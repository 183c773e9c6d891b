"""Who may change whose account, and which roles need two administrators.

A role that opens clearances, or that grants roles, is never given by one person alone (NIST SP 800-53 AC-3(2), dual
authorization): one administrator asks, another confirms. The first administrators of an installation come from its
command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from exchange.domain.actors import Actor, Role
from exchange.domain.verdict import YES, Refusal, Verdict, no

GUARDED = frozenset({Role.SECURITY_OFFICER, Role.ADMINISTRATOR})
LINK_LASTS = timedelta(days=3)


def may_change(actor: Actor, person_id: int) -> Verdict:
    """Nobody changes their own roles or locks their own account."""
    if actor.person_id == person_id:
        return no(Refusal.FORBIDDEN, "This is your own account. Ask another administrator to change it.")
    return YES


def may_confirm(actor: Actor, *, person_id: int, asked_by_id: int) -> Verdict:
    """The second of two administrators is neither the first one nor the person who gets the role."""
    if actor.person_id == asked_by_id:
        return no(Refusal.FORBIDDEN, "You asked for this role yourself. Another administrator has to confirm it.")
    return may_change(actor, person_id)


def may_make_link(actor: Actor, person_id: int, held: Iterable[Role]) -> Verdict:
    """A link lets whoever has it choose the password, so none is made for those whose role needs two administrators."""
    if GUARDED & set(held):
        return no(
            Refusal.FORBIDDEN,
            "No link is made for security officers and administrators. Whoever runs the installation sets their "
            "password with: exchange account password",
        )
    return may_change(actor, person_id)
