"""Two-key agreements: immutable versions that both institutes and the person approve on one hash.

A version is never edited. Whoever wants other terms proposes the next version; approvals belong to the version they
were given for and count for no other. The version in force is the last one that all three parties approved, and going
back to it needs no new approval. (The pattern is that of inter-institutional agreements in Erasmus Without Paper.)
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from exchange.domain.actors import Actor, Role
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import Side
from exchange.domain.verdict import YES, Refusal, Verdict, no

FORMAT = "exchange-agreement-1"
PARTIES = (Side.HOME, Side.HOST, Side.PERSON)


class Decision(StrEnum):
    APPROVE = "approve"
    SEND_BACK = "send_back"


class Mode(StrEnum):
    IN_PERSON = "in_person"
    HYBRID = "hybrid"
    REMOTE = "remote"


class CostModel(StrEnum):
    HOME_PAYS = "home_pays"
    HOST_REIMBURSES = "host_reimburses"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementContent:
    """Everything that is agreed. ``terms`` are (heading, text) pairs in the order of the document.

    FTEs are shares of a full week (0.5 is half). ``home_share`` is the home institute's part of the cost in per cent.
    """

    secondment_id: int
    number: int
    person_id: int
    home_id: int
    host_id: int
    post: str
    site: str
    mode: Mode
    start: date
    end: date
    host_fte: Decimal
    home_fte: Decimal
    legal_basis: str
    cost_model: CostModel
    home_share: Decimal
    supervisor_id: int | None = None
    home_contact_id: int | None = None
    phased_access: str = ""
    terms: tuple[tuple[str, str], ...] = ()

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    def canonical(self) -> bytes:
        """UTF-8 JSON with sorted keys and no spaces; text in NFC, numbers of one value written in one way."""
        body = {field.name: _plain(getattr(self, field.name)) for field in fields(self)} | {"format": FORMAT}
        return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def read(cls, canonical: str) -> AgreementContent:
        """The content whose canonical bytes these are.

        Raises:
            ValueError: the text is of another format.
        """
        body = json.loads(canonical)
        if body.pop("format", None) != FORMAT:
            raise ValueError(f"This is no agreement in the form {FORMAT}.")
        return cls(
            **body
            | {name: date.fromisoformat(body[name]) for name in ("start", "end")}
            | {name: Decimal(body[name]) for name in ("host_fte", "home_fte", "home_share")}
            | {"mode": Mode(body["mode"]), "cost_model": CostModel(body["cost_model"])}
            | {"terms": tuple((heading, text) for heading, text in body["terms"])}
        )

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical bytes, in lower-case hexadecimal."""
        return _digest(self)


@dataclass(frozen=True, slots=True)
class Approval:
    """What one party said about the version with this hash. ``reason`` is given when it was sent back."""

    side: Side
    person_id: int
    decision: Decision
    hash: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AgreementVersion:
    """``proposed_by`` is None where the system made the draft; ``abandoned`` when somebody went back from it."""

    content: AgreementContent
    proposed_by: int | None
    approvals: tuple[Approval, ...] = ()
    abandoned: bool = False

    @property
    def approved_by(self) -> frozenset[Side]:
        """The sides whose approval of exactly this content stands."""
        return frozenset(
            a.side for a in self.approvals if a.decision is Decision.APPROVE and a.hash == self.content.hash
        )

    @property
    def sent_back(self) -> Approval | None:
        return next((a for a in self.approvals if a.decision is Decision.SEND_BACK), None)

    @property
    def mutual(self) -> bool:
        return self.sent_back is None and self.approved_by.issuperset(PARTIES)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an agreement stands: what is in force, what awaits whom, and which approvals no longer count."""

    in_force: AgreementVersion | None
    pending: AgreementVersion | None
    awaited: frozenset[Side]
    voided: tuple[tuple[int, Approval], ...]  # (version number, approval)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions; ``before`` or ``after`` is empty for a term that came or went."""

    field: str
    before: str
    after: str


def last_mutual(versions: Sequence[AgreementVersion]) -> AgreementVersion | None:
    """The newest version that both institutes and the person approved."""
    return max((v for v in versions if v.mutual), key=lambda v: v.content.number, default=None)


def standing(versions: Sequence[AgreementVersion]) -> Standing:
    in_force = last_mutual(versions)
    newest = max(versions, key=lambda v: v.content.number, default=None)
    pending = newest if newest is not None and not newest.mutual and not newest.abandoned else None
    awaited = frozenset(PARTIES) - pending.approved_by if pending and pending.sent_back is None else frozenset[Side]()
    voided = tuple(
        (version.content.number, approval)
        for version in versions
        for approval in version.approvals
        if approval.decision is Decision.APPROVE
        and not version.mutual
        and (version is not pending or approval.hash != version.content.hash or version.sent_back is not None)
    )
    return Standing(in_force, pending, awaited, voided)


def may_propose(versions: Sequence[AgreementVersion], content: AgreementContent, actor: Actor) -> Verdict:
    """Whether the actor may put forward this content as the next version."""
    if actor.person_id == content.person_id:
        return no(Refusal.FORBIDDEN, "This is your own secondment: a coordinator proposes the agreement.")
    if not actor.is_system and not any(
        actor.has(Role.HR_COORDINATOR, institute) for institute in (content.home_id, content.host_id)
    ):
        return no(Refusal.FORBIDDEN, "An agreement is proposed by an HR coordinator of the home or the host institute.")
    newest = max(versions, key=lambda v: v.content.number, default=None)
    expected = newest.content.number + 1 if newest else 1
    if content.number != expected:
        return no(
            Refusal.CONFLICT, f"The next version is number {expected}: somebody has proposed one. Look at it first."
        )
    if newest and not compare(newest.content, content) and newest.sent_back is None and not newest.abandoned:
        return no(Refusal.INVALID, "Nothing differs from the newest version: change something before you propose it.")
    return content_verdict(content)


def may_approve(
    versions: Sequence[AgreementVersion],
    side: Side,
    actor: Actor,
    seen_hash: str,
    decision: Decision,
    reason: str = "",
    *,
    other_hands: frozenset[int] = frozenset(),
) -> Verdict:
    """Whether the actor may approve, or send back, for ``side`` the content whose hash they have seen.

    ``other_hands`` are the people who have acted for the other institute in this secondment's moves.
    """
    version = standing(versions).pending
    if version is None:
        return no(Refusal.CONFLICT, "No version awaits approval: propose one first.")
    if forbidden := _wrong_hands(versions, version, side, actor, decision, other_hands):
        return no(Refusal.FORBIDDEN, forbidden)
    if seen_hash != version.content.hash:
        return no(Refusal.CONFLICT, "The agreement has changed since you opened it: read the new version, then decide.")
    if decided := _decided_already(version, side):
        return no(Refusal.CONFLICT, decided)
    if decision is Decision.SEND_BACK and not reason.strip():
        return no(Refusal.INVALID, "Give a reason: the others need it to know what to change.")
    return YES


def may_roll_back(versions: Sequence[AgreementVersion], actor: Actor) -> Verdict:
    """Whether the actor may abandon the pending version, so that the last mutual one simply stays in force."""
    now = standing(versions)
    if now.pending is None or now.in_force is None:
        return no(Refusal.CONFLICT, "There is no pending version to give up, or no agreed one to go back to.")
    content = now.pending.content
    if actor.person_id == content.person_id or not any(
        actor.has(Role.HR_COORDINATOR, institute) for institute in (content.home_id, content.host_id)
    ):
        return no(Refusal.FORBIDDEN, "An HR coordinator of the home or the host institute gives a version up.")
    return YES


def compare(before: AgreementContent, after: AgreementContent) -> tuple[Change, ...]:
    """Field by field what differs, in the order of the fields; terms are compared heading by heading."""
    changes = [
        Change(field.name, _shown(old), _shown(new))
        for field in fields(before)
        if field.name not in {"number", "terms"}
        and (old := _plain(getattr(before, field.name))) != (new := _plain(getattr(after, field.name)))
    ]
    old_terms, new_terms = dict(before.terms), dict(after.terms)
    for heading in dict.fromkeys((*old_terms, *new_terms)):
        old_text, new_text = old_terms.get(heading, ""), new_terms.get(heading, "")
        if _plain(old_text) != _plain(new_text):
            changes.append(Change(f"terms: {heading}", old_text, new_text))
    return tuple(changes)


def content_verdict(content: AgreementContent) -> Verdict:
    """Whether the content makes sense in itself, whatever the secondment's rules say of it."""
    faults = []
    if content.end < content.start:
        faults.append("The last day is before the first day: correct one of them.")
    if content.home_id == content.host_id:
        faults.append("Home and host are the same institute: choose two institutes.")
    if not content.host_fte.is_finite() or not content.home_fte.is_finite():
        faults.append("A share of working time is a number between 0 and 1.")
    elif content.host_fte <= 0 or content.home_fte < 0 or content.host_fte + content.home_fte > 1:
        faults.append("The shares of working time are above 0 at the host and at most 1 together.")
    if not content.home_share.is_finite() or not 0 <= content.home_share <= 100:
        faults.append("The home institute's part of the cost is between 0 and 100 per cent.")
    headings = [heading for heading, _ in content.terms]
    if len(headings) != len(set(headings)):
        faults.append("Two terms have the same heading: give each its own.")
    return no(Refusal.INVALID, *faults) if faults else YES


def _wrong_hands(
    versions: Sequence[AgreementVersion],
    version: AgreementVersion,
    side: Side,
    actor: Actor,
    decision: Decision,
    other_hands: frozenset[int],
) -> str:
    content = version.content
    if side is Side.PERSON:
        return "" if actor.person_id == content.person_id else "Only the person seconded signs for themself."
    institute = {Side.HOME: content.home_id, Side.HOST: content.host_id}.get(side)
    if institute is None or actor.person_id is None or not actor.has(Role.HR_COORDINATOR, institute):
        return f"An HR coordinator of the {side} institute approves for it."
    if actor.person_id == content.person_id:
        return "This is your own secondment: a colleague approves for the institute."
    if decision is Decision.SEND_BACK:
        return ""
    other = Side.HOST if side is Side.HOME else Side.HOME
    decided = {a.person_id for v in versions for a in v.approvals if a.side is other}
    return _second_key(version, actor.person_id, decided | other_hands)


def _second_key(version: AgreementVersion, person_id: int, other_hands: frozenset[int] | set[int]) -> str:
    if person_id == version.proposed_by:
        return "You proposed this version: a colleague approves it."
    if person_id in other_hands:
        return "You have acted for the other institute in this secondment: a colleague must decide for this one."
    return ""


def _decided_already(version: AgreementVersion, side: Side) -> str:
    if version.sent_back is not None:
        return "This version was sent back: propose the next one with what was asked for."
    return "This side has approved the version already." if side in version.approved_by else ""


@lru_cache(maxsize=256)  # one page asks for the same few hashes many times; equal contents have equal bytes
def _digest(content: AgreementContent) -> str:
    return hashlib.sha256(content.canonical()).hexdigest()


def _plain(value: object) -> object:
    """The value as canonical JSON holds it."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").strip()
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")  # + 0: no minus before a nought
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _shown(value: object) -> str:
    return "" if value is None else str(value)
