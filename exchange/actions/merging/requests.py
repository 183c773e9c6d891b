"""Making two records of one person one: asking, answering, and the merge itself, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.merging.rows import move_all
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import merging as rules
from exchange.domain.access import Permission, may
from exchange.domain.actors import Actor, Role
from exchange.domain.people import may_see_profile
from exchange.domain.verdict import Refusal
from exchange.store import institutes, people, search_index
from exchange.store import merging as store
from exchange.store.merging import Found, MergeState, PersonMerge
from exchange.store.people import Person

NOBODY = "There is no such record, or it is not yours to see."


@dataclass(frozen=True, slots=True)
class Compared:
    """Two records beside each other, as the actor may see them.

    ``missing`` are the institutes that still have to agree; ``obstacles`` say why it cannot be done as things stand;
    the actor may know ``seen`` of them.
    """

    stays: Found
    goes: Found
    obstacles: tuple[str, ...]
    seen: int
    missing: frozenset[int]


def compare(session: Session, actor: Actor, stays_id: int, goes_id: int, *, now: datetime) -> Compared:
    """Put two records beside each other.

    Raises:
        Refused: one of them is not the actor's to see, they are one already, or neither is of the actor's institute.
    """
    found = store.pair(session, stays_id, goes_id, now.date()) if stays_id != goes_id else None
    if found is None or not may(actor, Permission.PEOPLE_MERGE):
        raise refuse(Refusal.NOT_FOUND, NOBODY)
    stays, goes, between = found
    shown = all(may_see_profile(actor, one.standing) for one in (stays, goes)) or actor.has(Role.ADMINISTRATOR)
    shown = shown or store.open_request(session, stays_id, goes_id) is not None
    if not shown or stays.merged_into_id is not None or goes.merged_into_id is not None:
        raise refuse(Refusal.NOT_FOUND, NOBODY)
    verdict, missing = rules.who_decides(actor, stays.record, goes.record)
    if not verdict.allowed:
        assert verdict.refusal is not None
        raise refuse(verdict.refusal, *verdict.reasons)
    conflicts = rules.conflicts(stays.record, goes.record, between)
    seen = sum(one.visible(actor) for one in conflicts)
    others = _others(session, actor, stays, goes) if seen < len(conflicts) else ""
    return Compared(stays, goes, rules.said(conflicts, actor, others), seen, missing)


def ask(
    session: Session, actor: Actor, stays_id: int, goes_id: int, *, take_address: bool = False, now: datetime
) -> bool:
    """Merge the records where nobody else has to agree (True), else ask the other institute (False).

    ``take_address``: the person is reached under the address of the record that goes.

    Raises:
        Refused: not the actor's, something stands in the way, or it was asked already.
    """
    with writing(session, actor, "person:merge", now=now) as work:
        compared = _compared(work, stays_id, goes_id)
        if store.open_request(session, stays_id, goes_id) is not None:
            raise refuse(Refusal.CONFLICT, "It has been asked already: see the request that waits.")
        if compared.seen or (compared.obstacles and not compared.missing):
            raise refuse(Refusal.CONFLICT, *compared.obstacles)
        request = PersonMerge(
            stays_id=stays_id,
            goes_id=goes_id,
            take_address=take_address,
            state=MergeState.ASKED,
            asked_by_id=actor.person_id,
            asked_for_id=_own(actor, compared),
            asked_at=now,
        )
        session.add(request)
        session.flush()
        if not compared.missing:
            _merge(work, compared, request)
            return True
        for institute in compared.missing:
            for person in people.holders(session, Role.HR_COORDINATOR, institute) - {actor.person_id}:
                text = f"Is {compared.goes.record.name} the same person as {compared.stays.record.name}? You are asked."
                work.notify(person, text, f"/people/{stays_id}/merge?other={goes_id}", f"merge-{request.id}-{person}")
        work.record(f"{actor.name} asked for the records of {compared.stays.record.name} to be merged.", _of(request))
        return False


def agree(session: Session, actor: Actor, request_id: int, *, now: datetime) -> int:
    """Merge what another institute asked for; returns the id of the record that stays.

    Raises:
        Refused: not found, not the actor's to agree to, or something stands in the way.
    """
    with writing(session, actor, "person:merge", now=now) as work:
        request, compared = _request(work, request_id)
        if request.asked_by_id == actor.person_id:
            raise refuse(Refusal.FORBIDDEN, "You asked for this: somebody of the other institute agrees to it.")
        if compared.missing - {request.asked_for_id}:
            raise refuse(Refusal.FORBIDDEN, "A coordinator of the other institute agrees to this.")
        if compared.obstacles:
            raise refuse(Refusal.CONFLICT, *compared.obstacles)
        _merge(work, compared, request)
        return request.stays_id


def decline(session: Session, actor: Actor, request_id: int, reason: str, *, now: datetime) -> None:
    """Leave the records two; also for whoever asked and thinks better of it.

    Raises:
        Refused: not found, not the actor's, or no reason given.
    """
    with writing(session, actor, "person:keep_apart", now=now) as work:
        request, compared = _request(work, request_id)
        if not reason.strip():
            raise refuse(Refusal.INVALID, "Say why these are two people, or what has to be cleared up first.")
        request.state, request.reason = MergeState.DECLINED, reason.strip()[:1000]
        request.decided_by_id, request.decided_at = actor.person_id, now
        if request.asked_by_id not in {None, actor.person_id}:
            assert request.asked_by_id is not None
            text = f"The records of {compared.stays.record.name} stay two: {request.reason}"
            work.notify(request.asked_by_id, text, f"/people/{request.stays_id}", f"merge-{request.id}-answer")
        work.record(f"{actor.name} left the records of {compared.stays.record.name} two.", _of(request))


def _merge(work: Work, compared: Compared, request: PersonMerge) -> None:
    session, now = work.session, work.now
    stays = session.get_one(Person, compared.stays.record.person_id)
    goes = session.get_one(Person, compared.goes.record.person_id)
    officers = _officers(session, compared)
    move_all(session, stays, goes)
    goes.merged_into_id = stays.id
    if request.take_address:
        _swap_addresses(session, stays, goes)
    request.state, request.decided_by_id, request.decided_at = MergeState.DONE, work.actor.person_id, now
    session.flush()
    session.expire_all()
    search_index.refresh(session, [stays.id, goes.id], day=now.date())
    publishing.publish_people(session, [stays.id], now)
    for officer in officers - {work.actor.person_id, stays.id}:
        text = f"Two records of {stays.full_name} are one now. Look whether what is recorded of them is still right."
        work.notify(officer, text, f"/people/{stays.id}", f"merged-{request.id}-{officer}")
    work.notify(stays.id, "Two records of yours were made one. See whether your profile is right.", "/profile")
    work.record(f"{work.actor.name} merged two records of {stays.full_name}.", _of(request))


def _officers(session: Session, compared: Compared) -> frozenset[int]:
    """The security officers of both, who are told of every merge: whether there is anything to look at is not said."""
    sides = {compared.stays.record.institute_id, compared.goes.record.institute_id} - {None}
    held = (people.holders(session, Role.SECURITY_OFFICER, one) for one in sides if one is not None)
    return frozenset().union(*held)


def _swap_addresses(session: Session, stays: Person, goes: Person) -> None:
    """Both addresses lead to the person; the one that is written to changes."""
    kept, taken = stays.email, goes.email
    codes = (goes.code, stays.code) if goes.code is not None else (stays.code, None)
    goes.email, goes.code, stays.code = f"{taken}#", None, None
    session.flush()
    stays.email, stays.code = taken, codes[0]
    session.flush()
    goes.email, goes.code = kept, codes[1]


def _compared(work: Work, stays_id: int, goes_id: int) -> Compared:
    work.subject("person", stays_id, work.actor.institute_id)
    compared = compare(work.session, work.actor, stays_id, goes_id, now=work.now)
    sides = (compared.stays.record.institute_id, compared.goes.record.institute_id)
    work.subject("person", stays_id, *sides)
    return compared


def _request(work: Work, request_id: int) -> tuple[PersonMerge, Compared]:
    work.subject("person", None, work.actor.institute_id)
    request = work.session.get(PersonMerge, request_id)
    if request is None:
        raise refuse(Refusal.NOT_FOUND, NOBODY)
    compared = _compared(work, request.stays_id, request.goes_id)
    if request.state is not MergeState.ASKED:
        raise refuse(Refusal.CONFLICT, "This was answered already.")
    return request, compared


def _own(actor: Actor, compared: Compared) -> int | None:
    """The institute for which the actor asks; None for an administrator."""
    sides = {compared.stays.record.institute_id, compared.goes.record.institute_id} - compared.missing - {None}
    return None if actor.has(Role.ADMINISTRATOR) else next((one for one in sides if one is not None), None)


def _others(session: Session, actor: Actor, stays: Found, goes: Found) -> str:
    sides = {one for one in (stays.record.institute_id, goes.record.institute_id) if one is not None}
    others = sides - actor.institutes(Role.HR_COORDINATOR) or sides
    known = institutes.all_institutes(session)
    return " and ".join(known[one].short_name for one in sorted(others))


def _of(request: PersonMerge) -> dict[str, object]:
    return {"stays": request.stays_id, "goes": request.goes_id, "request": request.id, "state": request.state.value}
