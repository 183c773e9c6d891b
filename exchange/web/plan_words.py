"""What a plan says, in sentences with dates: why somebody is placed or not, what would change it, what binds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exchange.domain.round_settings import Weeks
from exchange.domain.skills import Level, vocabulary
from exchange.scheduling.binding import Binding
from exchange.scheduling.conflicts import Conflict
from exchange.scheduling.problem import Placement, Problem, placement_value
from exchange.scheduling.reasons import Change, Kind, Obstacle, Reason, Rival, Stay
from exchange.web.choices import LEVEL_WORDS
from exchange.web.wording import counted, current_reader, written_date

LIMITS = {
    "seat": "a seat",
    "desk": "a visitor desk",
    "away": "the share that may be away",
    "home budget": "the budget at home",
    "host budget": "the budget of the host",
    "balance": "the balance between the institutes",
    "person": "another place of theirs",
    "rest": "time at home",
}
_LEVEL = re.compile(r"^(?P<skill>.+) level (?P<held>\d+), (?P<asked>\d+) needed$")


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The sentences about one problem. ``homes`` and ``hosts`` name the institutes of people and openings."""

    problem: Problem
    weeks: Weeks
    homes: Mapping[str, str]
    hosts: Mapping[str, str]

    @classmethod
    def of(cls, problem: Problem, weeks: Weeks) -> PlanWords:
        homes = {one.id: one.institute for one in problem.candidates}
        return cls(problem, weeks, homes, {one.id: one.institute for one in problem.openings})

    def days(self, start: int, weeks: int) -> str:
        """``7 Jun 2027 to 3 Dec 2027 (26 weeks)``."""
        stay, reader = self.weeks.stay(start, weeks), current_reader()
        first, last = written_date(stay.start, reader), written_date(stay.end, reader)
        return f"{first} to {last} ({counted(weeks, 'week')})"

    def stay(self, stay: Stay) -> str:
        return f"{stay.opening}, {self.days(stay.start, stay.weeks)}"

    def why_placed(self, placement: Placement) -> str:
        """What the placement is worth, and what that is made of."""
        person = next(one for one in self.problem.candidates if one.id == placement.candidate)
        points = self.problem.points.get((placement.candidate, placement.opening), 0)
        off = placement.weeks - person.preferred_weeks
        length = "the preferred length"
        if off:
            length = f"{counted(abs(off), 'week')} {'longer' if off > 0 else 'shorter'} than preferred"
        worth = placement_value(self.problem, placement, person)
        return f"Fits with {points} points a week; {length}; worth {worth} points in all."

    def why_not(self, who: str, reason: Reason) -> str:
        """Why somebody is not placed, in one or two sentences."""
        if reason.kind is Kind.NOT_ELIGIBLE:
            if reason.nearest_opening is None:
                return "No other institute has an opening in this round."
            missing = "; ".join(self.obstacles(reason.obstacles)) or "they are elsewhere in these weeks"
            return f"No opening is open to them. The nearest is {reason.nearest_opening}: {missing}."
        if reason.kind is Kind.FREE and reason.best is not None:
            return f"{self.stay(reason.best)} would fit, but adds nothing to the plan's value."
        if reason.changes:
            return f"Others have {_listed(reason.blocks)}. {self.change(who, reason.changes[0])}"
        return f"Others have {_listed(reason.blocks)}, and each stay lacks more than one of these."

    def obstacles(self, found: Iterable[Obstacle]) -> list[str]:
        """What keeps somebody from an opening. A clearance is a yes or no here, whatever its level."""
        sentences = []
        for one in found:
            said = self._obstacle(one)
            if said and said not in sentences:
                sentences.append(said)
        return sentences

    def _obstacle(self, one: Obstacle) -> str:
        level = _LEVEL.match(one.sentence)
        if one.rule == "clearance level":
            return "the access that it asks for is not there"
        if one.rule == "skills" and level:
            skill, asked = vocabulary().find(level["skill"]), LEVEL_WORDS[Level(int(level["asked"]))].lower()
            return f"{skill.label if skill else level['skill']} is asked for at the level {asked}"
        if one.rule == "clearance ends":
            return f"the access that it asks for would have to last {counted(one.amount or 1, 'week')} longer"
        if one.rule == "common time":
            return "no stay lies in the weeks that both have free"
        return one.sentence

    def change(self, who: str, change: Change) -> str:
        """The smallest change of one limit that would let somebody in."""
        home, host = self.homes[who], self.hosts[change.stay.opening]
        amount = change.amount
        what = {
            "seat": f"One more seat at {change.stay.opening}",
            "desk": f"One more visitor desk at {host}",
            "away": f"One more person of {home} away at once",
            "home budget": f"{amount} more in the budget of {home}",
            "host budget": f"{amount} more in the budget of {host}",
            "balance": f"{counted(amount, 'week')} more of tolerance between {home} and {host}",
        }.get(change.limit, "One more placement for the person")
        days = self.days(change.stay.start, change.stay.weeks)
        room = days if change.limit == "seat" else f"{change.stay.opening}, {days}"
        return f"{what} would make room for {room}."

    def conflict(self, one: Conflict) -> str:
        """Which placements that stand cannot all be kept beside a limit."""
        name = " and ".join(one.subject) if one.rule in {"balance", "budget"} else one.subject[0]
        limit = LIMITS.get(one.rule, one.rule)
        who = [row.candidate for row in one.placements]
        named = f" These cannot all be kept: {', '.join(who)}." if who else ""
        return f"{name}: {limit} is {one.short_by} short.{named}"

    def limit(self, item: str) -> str:
        words = LIMITS.get(item, item)
        return words[0].upper() + words[1:]

    def rival(self, rival: Rival) -> str:
        more = counted(abs(rival.difference), "point")
        beside = f"worth {more} {'more' if rival.difference > 0 else 'less, for less of what is short'}"
        return f"{rival.candidate}: {self.stay(rival.stay)}, {beside if rival.difference else 'worth the same'}"

    def binding(self, limit: Binding) -> str:
        """What one more unit of a limit is worth, at most."""
        name, worth = limit.key.replace("/", " and "), round(limit.worth, 1)
        when = self._when(limit)
        what = {
            "seat": f"One more seat at {name}{when}",
            "desk": f"One more visitor desk at {name}{when}",
            "away": f"One more person of {name} away at once{when}",
            "rest": f"A week less at home for {name}",
            "budget": f"One more unit in the budget of {name}{when}",
            "balance": f"One more week of tolerance between {name}",
        }[limit.kind]
        return f"{what}: up to {worth:g} points."

    def _when(self, limit: Binding) -> str:
        if limit.first_week is None or limit.last_week is None:
            return ""
        reader = current_reader()
        first = written_date(self.weeks.monday(limit.first_week), reader)
        last = written_date(self.weeks.stay(limit.last_week, 1).end, reader)
        return f", between {first} and {last}"


def _listed(limits: Iterable[str]) -> str:
    words = [LIMITS.get(limit, limit) for limit in limits]
    return " and ".join(words) if len(words) <= 2 else f"{', '.join(words[:-1])} and {words[-1]}"
