"""From the end of a run to the plan that is handed out: checked, counted, explained, and with its provenance."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from exchange.scheduling.checker import Violation, check
from exchange.scheduling.effort import Run, StoppedBy, relative_gap
from exchange.scheduling.explain import Explainer, placements_of
from exchange.scheduling.generation import Generated
from exchange.scheduling.limits import Model
from exchange.scheduling.plan import InstituteFigures, Plan, Provenance, Status
from exchange.scheduling.pricelist import price_list
from exchange.scheduling.problem import Placement, Problem, placement_value
from exchange.scheduling.rows import RowSpace

ENGINE = "columns 1"


class UnlawfulPlanError(RuntimeError):
    """The search produced a plan that the independent checker refuses: a mistake in the engine, never in the input."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("The plan was not stored because it breaks rules: " + " ".join(v.sentence for v in violations))
        self.violations = violations


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a search."""

    model: Model
    run: Run
    rows: RowSpace
    generated: Generated
    trail: tuple[str, ...]


def build_plan(outcome: Outcome) -> Plan:
    """The plan of a finished run; UnlawfulPlanError where the checker finds a rule broken that was not before."""
    model, run, problem = outcome.model, outcome.run, outcome.model.index.problem
    numbers = run.best if run.best is not None else np.zeros(0, dtype=np.int64)
    placements = placements_of(model, numbers)
    violations = check(problem, placements)
    broken = tuple(violation for violation in violations if not violation.inherited)
    if broken:
        raise UnlawfulPlanError(broken)
    value = run.value if run.value is not None else run.confirmed_value
    bound = max(run.bound, float(value))
    explainer = Explainer(model, numbers, outcome.generated.prices, outcome.generated.bound)
    placed = {placement.candidate for placement in placements}
    optimal = value >= run.bound
    return Plan(
        placements=placements,
        value=value,
        bound=bound,
        gap=relative_gap(value, bound),
        status=Status.OPTIMAL if optimal else Status.FEASIBLE,
        stopped_by=StoppedBy.PROOF if optimal else run.stopped_by or StoppedBy.CPU,
        score=score_by_term(problem, placements),
        institutes=institute_figures(problem, placements),
        unplaced={row.id: explainer.reason(row.id) for row in model.index.candidates if row.id not in placed},
        warnings=tuple(violation.sentence for violation in violations),
        prices=price_list(outcome.rows, outcome.generated.prices),
        priced_bound=outcome.generated.bound,
        provenance=_provenance(problem, run),
        trail=outcome.trail,
    )


def score_by_term(problem: Problem, placements: tuple[Placement, ...]) -> dict[str, int]:
    """The plan's value split by the terms of the objective; the terms sum to the value."""
    people, weight = {row.id: row for row in problem.candidates}, problem.objective
    terms = {"affinity": 0, "placements": 0, "off preferred length": 0, "late starts": 0}
    for row in placements:
        person = people[row.candidate]
        terms["affinity"] += problem.points.get((row.candidate, row.opening), 0) * row.weeks
        terms["placements"] += weight.placement
        terms["off preferred length"] -= weight.per_week_off_preferred_length * abs(row.weeks - person.preferred_weeks)
        terms["late starts"] -= weight.per_week_after_earliest_start * max(0, row.start - person.earliest_start)
    return terms


def institute_figures(problem: Problem, placements: tuple[Placement, ...]) -> tuple[InstituteFigures, ...]:
    """Sent, received, spent and value for each institute."""
    people, hosts = {row.id: row for row in problem.candidates}, {row.id: row.institute for row in problem.openings}
    found = []
    for institute in problem.institutes:
        sent = [row for row in placements if people[row.candidate].institute == institute.id]
        received = [row for row in placements if hosts[row.opening] == institute.id]
        weeks_sent, weeks_received = sum(row.weeks for row in sent), sum(row.weeks for row in received)
        spent = institute.travel_cost * len(sent) + institute.home_week_cost * weeks_sent
        spent += institute.host_week_cost * weeks_received
        value = sum(placement_value(problem, row, people[row.candidate]) for row in sent)
        found.append(
            InstituteFigures(
                institute.id, len(sent), len(received), weeks_sent, weeks_received, spent, institute.budget, value
            )
        )
    return tuple(found)


def _provenance(problem: Problem, run: Run) -> Provenance:
    options = run.options
    versions = {name: version(name) for name in ("highspy", "numpy", "scipy")} | {"python": platform.python_version()}
    parameters = {"seconds": options.seconds, "gap": options.gap, "rounds": float(options.rounds)}
    return Provenance(problem.digest(), ENGINE, versions, options.seed, options.reproducible, parameters)
