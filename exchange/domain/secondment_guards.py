"""What must hold before a secondment moves. A guard returns sentences: what is missing, and what opens the move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from exchange.domain.periods import spoken
from exchange.domain.policies import PolicyBook
from exchange.domain.secondment_facts import SecondmentFacts, State, Verb


@dataclass(frozen=True, slots=True)
class Timing:
    """The day counts of the moves; each is a policy row, these are its seeds."""

    arrive_early_days: int = 3
    closing_days: int = 60
    lapse_days: int = 180


DEFAULT_TIMING = Timing()


def timing_of(book: PolicyBook, day: date) -> Timing:
    """The day counts as the policy rows have them on a day."""
    return Timing(
        book.number("move.arrive_early_days", day),
        book.number("move.closing_days", day),
        book.number("move.lapse_days", day),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the verb, the day, and the timing rules of that day."""

    verb: Verb
    today: date
    timing: Timing = DEFAULT_TIMING


Guard = Callable[[SecondmentFacts, Asked], tuple[str, ...]]


def consent_given(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.consented:
        return ()
    return ("The person has not consented yet: they confirm it on this secondment's page.",)


def consent_missing(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    return ("The consent is recorded already.",) if facts.consented else ()


def released(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.released:
        return ()
    return ("The line manager's release is not recorded: the home HR coordinator records it.",)


def release_missing(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    return ("The release is recorded already.",) if facts.released else ()


def lead_supports(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.supported or not facts.lead_ids:
        return ()
    return ("The workstream lead has not supported the nomination: ask them to do so on this page.",)


def support_missing(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    return ("The workstream lead's support is recorded already.",) if facts.supported else ()


def opening_open(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.opening_open:
        return ()
    return ("The opening is closed: open it again or choose another.",)


def seat_free(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.seats_left > 0:
        return ()
    return ("Every seat of the opening is taken on these days: add a seat or decline the nomination.",)


def checks_open(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    return tuple(block.sentence for block in facts.blocks if block.verb is asked.verb)


def tasks_done(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    return tuple(
        f"Task not done: {task.sentence}. Finish it on the checklist."
        for task in facts.open_tasks
        if task.verb is asked.verb
    )


def agreement_mutual(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.agreement_pending:
        return ("A newer version of the agreement awaits approval: approve it, or go back to the last one agreed.",)
    if facts.agreed is None:
        return ("The agreement is not concluded: both institutes and the person approve the same version.",)
    return ()


def agreement_in_force(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    """Agreed by all, and taken over: the secondment has the agreement's dates."""
    missing = agreement_mutual(facts, asked)
    if missing:
        return missing
    newer = facts.version_in_force is not None and facts.version_in_force != facts.version_agreed
    if newer or facts.agreed != facts.period:
        return (f"The agreement is for {facts.agreed}, the secondment for {facts.period}: take the agreement over.",)
    return ()


def newer_version_agreed(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.agreement_pending or facts.agreed is None or facts.version_agreed is None:
        return ("The new version is not agreed yet: both institutes and the person approve it first.",)
    if facts.version_in_force is not None and facts.version_agreed <= facts.version_in_force:
        return ("The agreement in force is the newest one agreed: there is nothing to take over.",)
    return ()


def not_over(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    if asked.today <= facts.period.end:
        return ()
    return (f"The last day was {spoken(facts.period.end)}: a stay that is over needs a new secondment.",)


def access_covered(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.access_covered or facts.phased_access:
        return ()
    gap = "Recognition, visit and permission do not cover every day"
    return (f"{gap}: close the gaps shown in the access strip, or write down a phased access.",)


def access_restored(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    """The sentence does not say what lapsed: coordinators read it too."""
    if facts.lapse is None:
        return ()
    return ("Access does not cover today: the security officers record what restores it.",)


def arrival_due(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    first = facts.period.start - timedelta(days=asked.timing.arrive_early_days)
    if asked.today > facts.period.end:
        return (f"The last day was {spoken(facts.period.end)}: cancel the secondment, or agree new dates.",)
    if asked.today >= first:
        return ()
    return (f"Arrival can be recorded from {spoken(first)}, {asked.timing.arrive_early_days} days before the start.",)


def closing_due(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    if facts.state is State.ENDED_EARLY:
        return ()
    first = facts.period.end - timedelta(days=asked.timing.closing_days)
    if asked.today >= first:
        return ()
    return (f"Closing begins on {spoken(first)}, {asked.timing.closing_days} days before the last day.",)


def before_last_day(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    if asked.today < facts.period.end:
        return ()
    return (f"The last day, {spoken(facts.period.end)}, has come: complete the secondment instead.",)


def stay_begun(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    if asked.today >= facts.period.start:
        return ()
    return (f"The first day is {spoken(facts.period.start)}: the stay can end early from then on.",)


def last_day_come(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    if asked.today >= facts.period.end:
        return ()
    return (f"The last day is {spoken(facts.period.end)}: complete it then, or end the secondment early.",)


def access_removed(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.access_removed:
        return ()
    return ("There is no evidence that badge and accounts were withdrawn: record it on the checklist.",)


def outcome_recorded(facts: SecondmentFacts, _: Asked) -> tuple[str, ...]:
    if facts.outcome_recorded:
        return ()
    return ("Return and outcome are not recorded: write them down on this page.",)


def forgotten(facts: SecondmentFacts, asked: Asked) -> tuple[str, ...]:
    """Quiet for too long; once agreed, the wait for a start that lies ahead does not count as quiet."""
    concluded = facts.state in {State.CLEARANCE, State.READY}
    since = max(facts.quiet_since, facts.period.start) if concluded else facts.quiet_since
    lapses = since + timedelta(days=asked.timing.lapse_days)
    if asked.today >= lapses:
        return ()
    return (f"It lapses on {spoken(lapses)} if nobody moves it before.",)
