"""The round's JSON form and the sentences about rounds that make no sense."""

import dataclasses
import gzip
import json
from pathlib import Path

import pytest

from exchange.scheduling.problem import (
    Problem,
    ProblemError,
    problem_from_json,
    problem_to_json,
    read_problem,
    write_problem,
)
from exchange.scheduling.validity import require_valid, sentences


def test_the_reference_round_is_written_as_it_was_read(reference_path: Path) -> None:
    data = json.loads(gzip.decompress(reference_path.read_bytes()))
    assert problem_to_json(problem_from_json(data)) == data


@pytest.mark.parametrize("name", ["round.json", "round.json.gz"])
def test_a_written_round_reads_back_equal(tmp_path: Path, reference: Problem, name: str) -> None:
    write_problem(reference, tmp_path / name)
    assert read_problem(tmp_path / name) == reference


def test_the_digest_follows_the_content(reference: Problem) -> None:
    assert reference.digest() == dataclasses.replace(reference).digest()
    assert reference.digest() != dataclasses.replace(reference, now=1).digest()


def test_a_file_that_is_no_round_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1, 2")
    with pytest.raises(ProblemError, match="is not JSON"):
        read_problem(tmp_path / "a.json")
    with pytest.raises(ProblemError, match="not in the expected form"):
        problem_from_json({"weeks": 3})


def test_a_sensible_round_has_no_sentences(reference: Problem) -> None:
    assert sentences(reference) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"openings": ()}, "no openings"),
        ({"candidates": ()}, "Nobody takes part"),
        ({"now": 52}, "in the past"),
        ({"weeks": 0}, "no weeks"),
    ],
)
def test_bad_input_is_named(reference: Problem, change: dict[str, object], said: str) -> None:
    broken = dataclasses.replace(reference, **change)  # type: ignore[arg-type]
    assert any(said in sentence for sentence in sentences(broken))
    with pytest.raises(ProblemError):
        require_valid(broken)


def test_everyone_from_one_institute_and_no_money_are_named(reference: Problem) -> None:
    alone = dataclasses.replace(
        reference,
        candidates=tuple(row for row in reference.candidates if row.institute == "I0"),
        openings=tuple(row for row in reference.openings if row.institute == "I0"),
    )
    assert any("belongs to I0" in sentence for sentence in sentences(alone))
    poor = dataclasses.replace(
        reference, institutes=tuple(dataclasses.replace(row, budget=0) for row in reference.institutes)
    )
    assert any("budget of zero" in sentence for sentence in sentences(poor))
