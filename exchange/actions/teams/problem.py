"""From the records to the engine's round: which seats, who may take which, and which changes might be tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.actions.teams.facts import Records, Role, need_of, verdict
from exchange.domain.seats import Failed, SeatNeed, failed_openly, speaks
from exchange.domain.skills import Level, SkillRequirement, language, vocabulary
from exchange.domain.team_settings import TeamSettings
from exchange.matching.affinity import AffinityIndex
from exchange.matching.easing import Ease
from exchange.matching.problem import Barred, LendingBudget, Opening, Pair, Person, Problem, Requirement
from exchange.matching.profiles import Need
from exchange.matching.round_files import eases_to_json, problem_to_json
from exchange.matching.scores import score_people
from exchange.matching.words import looks_english
from exchange.store.allocations import AllocationStatus
from exchange.store.need_texts import seat_text
from exchange.store.search_index import is_public

MOST_SEATS = 2  # that one person takes in a round
MOST_CANDIDATES = 150  # weighed for a role; the best of a demand that few meet come on top
FOR_A_DEMAND = 20
MUST_WEIGHT = 3.0  # a skill that one must have counts three times in the fit
COVER_PRICE = 1.0  # of a skill that the team would rather have
DEMAND_PRICE = 2.0  # of a language or an institute that is missing


@dataclass(frozen=True, slots=True)
class Built:
    """The round with the changes that may be tried, and what pages call its parts."""

    problem: Problem
    eases: tuple[Ease, ...]
    names: Mapping[str, Any]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {**problem_to_json(self.problem), "eases": eases_to_json(self.eases), "names": dict(self.names)}


@dataclass(frozen=True, slots=True)
class _Sifted:
    """What came of the filters for one role."""

    pairs: tuple[Pair, ...]
    barred: tuple[Barred, ...]
    eases: tuple[Ease, ...]


def build(session: Session, cache: IndexCache, records: Records, settings: TeamSettings) -> Built:
    """The round as the records stand today. There must be at least one role."""
    index = cache.current(session)
    teams = _teams(records)
    openings = {role.row.id: _opening(role, records, teams) for role in records.roles}
    fits = {role.row.id: _fits(index, cache, role, records) for role in records.roles}
    people = _people(records)
    sifted = [_sift(role, openings[role.row.id], fits[role.row.id], records, people) for role in records.roles]
    problem = Problem(
        people=tuple(people.values()),
        openings=tuple(openings.values()),
        pairs=tuple(pair for one in sifted for pair in one.pairs),
        budgets=_budgets(records, settings),
        barred=tuple(barred for one in sifted for barred in one.barred),
    )
    eases = tuple(ease for one in sifted for ease in one.eases)
    return Built(problem, eases, _names(records, teams), (*records.notes, *_notes(index, records)))


def text_need(role: Role) -> Need:
    """What the fit of a person to a role is measured against: the same as where the workstream says who fits."""
    row = role.row
    skills = tuple(
        SkillRequirement(s.skill, Level(s.level), MUST_WEIGHT if s.must else 1.0)
        for s in row.skills
        if is_public(s.skill)
    )
    return Need(seat_text(role.page.workstream, row.role, row.strand), skills)


def _teams(records: Records) -> dict[tuple[int, str], int]:
    """Each strand is a team, and so is each workstream without strands."""
    found: dict[tuple[int, str], int] = {}
    for role in records.roles:
        found.setdefault((role.page.workstream.id, role.row.strand), len(found) + 1)
    return found


def _opening(role: Role, records: Records, teams: Mapping[tuple[int, str], int]) -> Opening:
    row = role.row
    start, end = records.weeks.touched_weeks(role.period)
    return Opening(
        id=row.id,
        team_id=teams[role.page.workstream.id, row.strand],
        heads=role.heads,
        share=float(row.share),
        periods=tuple(range(start, end)),
        requirements=tuple(_demands(role, records)),
        from_one_institute=row.most_from_one,
    )


def _demands(role: Role, records: Records) -> Iterator[Requirement]:
    """What the people of a role must have between them."""
    for asked in role.row.skills:
        if not asked.must:
            level = Level(asked.level)
            label = f"{vocabulary().get(asked.skill).label}, {level.name.lower()}"
            yield Requirement(label, skill=asked.skill, level=level, penalty=COVER_PRICE)
    for code in role.row.languages:
        yield Requirement(f"somebody who speaks {language(code)}", mark=f"speaks {code}", penalty=DEMAND_PRICE)
    for institute_id in role.row.from_each:
        name = records.institutes[institute_id].short_name
        yield Requirement(f"somebody from {name}", institute_id=institute_id, penalty=DEMAND_PRICE)


def _people(records: Records) -> dict[int, Person]:
    languages = {code for role in records.roles for code in role.row.languages}
    found = {}
    for ident, who in records.people.items():
        person = records.persons[ident]
        marks = frozenset(f"speaks {code}" for code in languages if speaks(person, code))
        skills = tuple(sorted(person.skills.items()))
        found[ident] = Person(ident, who.institute_id, MOST_SEATS, records.free[ident], skills, marks)
    return found


def _fits(index: AffinityIndex, cache: IndexCache, role: Role, records: Records) -> dict[int, float]:
    """How well everybody fits a role; 0 for those who have neither documents nor skills."""
    places = {int(person): place for place, person in enumerate(index.people)}
    if not places:
        return dict.fromkeys(records.people, 0.0)
    need = text_need(role)
    scores = score_people(index, need, need_vector=cache.read(need.text), today=records.today).affinity
    return {
        ident: round(float(scores[places[ident]]), 6) if ident in places else 0.0
        for ident, who in records.people.items()
        if who.institute_id in role.taking_part
    }


def _sift(
    role: Role, opening: Opening, fits: Mapping[int, float], records: Records, people: Mapping[int, Person]
) -> _Sifted:
    need = need_of(role, records)
    verdicts = {ident: verdict(ident, role, records) for ident in fits}
    said_no = {
        seat.person_id: "Declined this seat before."
        for seat in records.seats
        if seat.requirement_id == role.row.id and seat.status is AllocationStatus.DECLINED
    }
    standing = {
        seat.person_id: seat.status
        for seat in records.seats
        if seat.requirement_id == role.row.id
        and seat.person_id in records.people
        and seat.status in {AllocationStatus.DRAFT, AllocationStatus.CONFIRMED}
    }
    passed = {ident for ident, verdict in verdicts.items() if not verdict.any and ident not in said_no}
    kept = _weighed(passed, fits, opening, people) | standing.keys()
    pairs = tuple(_pair(ident, role, fits, standing) for ident in sorted(kept))
    barred = tuple(
        _barred(ident, role, verdicts[ident], said_no.get(ident)) for ident in sorted(fits) if ident not in kept
    )
    bargain = [ident for ident in fits if ident not in kept and ident not in said_no and not verdicts[ident].guarded]
    best = sorted(bargain, key=lambda ident: (-fits[ident], ident))
    eases = (
        Ease(sentence, steps, opening, (*pairs, *(Pair(ident, role.row.id, fits[ident]) for ident in more)))
        for sentence, steps, easier in _easier(need)
        if (more := [ident for ident in best if not failed_openly(records.persons[ident], easier)][:MOST_CANDIDATES])
    )
    return _Sifted(pairs, barred, tuple(eases))


def _weighed(passed: set[int], fits: Mapping[int, float], opening: Opening, people: Mapping[int, Person]) -> set[int]:
    """The best of those who pass, and the best of each demand that not everybody meets."""
    order = sorted(passed, key=lambda ident: (-fits[ident], ident))
    kept = set(order[:MOST_CANDIDATES])
    if len(order) > MOST_CANDIDATES:
        for demand in opening.requirements:
            kept |= set([ident for ident in order if demand.met_by(people[ident])][:FOR_A_DEMAND])
    return kept


def _pair(ident: int, role: Role, fits: Mapping[int, float], standing: Mapping[int, AllocationStatus]) -> Pair:
    status = standing.get(ident)
    return Pair(
        ident,
        role.row.id,
        fits.get(ident, 0.0),
        incumbent=status is AllocationStatus.DRAFT,
        confirmed=status is AllocationStatus.CONFIRMED,
    )


def _barred(ident: int, role: Role, verdict: Failed, said_no: str | None) -> Barred:
    open_ones = (*verdict.open, *((said_no,) if said_no else ()))
    if not open_ones and not verdict.guarded:
        open_ones = (f"Passes every filter, but is not among the {MOST_CANDIDATES} who fit best and are weighed.",)
    return Barred(ident, role.row.id, open_ones, verdict.guarded)


def _easier(need: SeatNeed) -> Iterator[tuple[str, int, SeatNeed]]:
    """Sentence, steps and what is then asked. The guarded filters are nobody's to bargain with here."""
    for place, (code, label, level) in enumerate(need.must):
        others = (*need.must[:place], *need.must[place + 1 :])
        for lower in range(level - 1, 0, -1):
            words = Level(lower).name.lower()
            eased = replace(need, must=(*others, (code, label, Level(lower))))
            yield f"Accept {label} at the level {words} instead of {level.name.lower()}.", level - lower, eased
        yield f"Do not insist on {label}.", 3, replace(need, must=others)
    if need.overlap_hours:
        fewer = max(0, need.overlap_hours - 2)
        yield f"Ask for {fewer} shared hours instead of {need.overlap_hours}.", 1, replace(need, overlap_hours=fewer)
        yield "Do not ask for shared hours.", 2, replace(need, overlap_hours=0)
    if need.languages:
        yield "Take people who speak none of the languages.", 3, replace(need, languages=())


def _budgets(records: Records, settings: TeamSettings) -> tuple[LendingBudget, ...]:
    """An institute that leads none of these workstreams lends at most a share of what its people have left."""
    if settings.lend_share is None:
        return ()
    leading = {role.page.workstream.lead_institute_id for role in records.roles}
    left: dict[int, float] = {}
    for ident, who in records.people.items():
        if who.institute_id not in leading:
            left[who.institute_id] = left.get(who.institute_id, 0.0) + sum(records.free[ident])
    return tuple(LendingBudget(institute, round(settings.lend_share * sum_, 3)) for institute, sum_ in left.items())


def _names(records: Records, teams: Mapping[tuple[int, str], int]) -> dict[str, Any]:
    """What pages call the parts, kept with the run: the records may change, the run does not."""
    streams = {role.page.workstream.id: role.page.workstream for role in records.roles}
    return {
        "first": records.weeks.first.isoformat(),
        "teams": [
            {"id": team, "workstream": stream, "title": streams[stream].title, "strand": strand}
            for (stream, strand), team in teams.items()
        ],
        "roles": {str(role.row.id): _named(role) for role in records.roles},
        "institutes": sorted(frozenset().union(*(role.taking_part for role in records.roles))),
    }


def _named(role: Role) -> dict[str, Any]:
    """A role as pages show it. ``passed`` are the filters that everybody in its seats has passed, in words."""
    row, need = role.row, text_need(role)
    return {
        "role": row.role,
        "days": [role.period.start.isoformat(), role.period.end.isoformat()],
        "text": need.text,
        "skills": [[asked.skill, int(asked.level), asked.weight] for asked in need.skills],
        "passed": list(_passed(role)),
    }


def _passed(role: Role) -> Iterator[str]:
    row = role.row
    for skill in row.skills:
        if skill.must:
            yield f"claims {vocabulary().get(skill.skill).label} at {Level(skill.level).name.lower()} or above"
    if row.languages:
        yield "speaks one of the languages asked for"
    if row.overlap_hours:
        yield f"shares {row.overlap_hours} hours of the working day or more"
    if row.clearance_asked or role.page.workstream.clearance_asked or row.citizenships:
        yield "is available for this"
    yield f"has {float(row.share):.0%} of their time on these days"


def _notes(index: AffinityIndex, records: Records) -> Iterator[str]:
    """What a reader should know about the texts behind the fit."""
    for stream in {role.page.workstream.id: role.page.workstream for role in records.roles}.values():
        if not stream.description.strip():
            yield f"{stream.title} has no description: people are compared with its title and roles alone."
        elif not looks_english(stream.description):
            yield f"The description of {stream.title} does not look English, which the comparison reads best."
    written = {int(index.people[owner]) for owner in set(index.owner.tolist()) if owner >= 0}
    without = len(records.people.keys() - written)
    if records.people and without == len(records.people):
        yield "Nobody has documents here: people are told apart by their skills alone."
    elif without:
        are = "person has" if without == 1 else "people have"
        yield f"{without} of {len(records.people)} {are} no documents: only their skills count."
