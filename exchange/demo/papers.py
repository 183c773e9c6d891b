"""Invented publications in the manner of evaluation research. None of them exists; no figure in them was measured."""

from __future__ import annotations

from random import Random

from exchange.actions.populations import Paper
from exchange.demo.areas import Area

VENUES = (
    "Workshop on the Science of Evaluations (invented)",
    "Journal of Measured Systems (invented)",
    "Network Technical Report (invented)",
    "Conference on Testing Learned Systems (invented)",
    "Preprint (invented)",
)
TITLES = (
    "{Subject}: a study in {setting}",
    "Measuring {subject}",
    "What {method} tells us about {subject}",
    "{Subject}, tested by {method}",
    "Towards a shared method for {subject}",
    "How stable are results on {subject}?",
    "{Subject}: lessons from {setting}",
    "Limits of {method} for {subject}",
)
OPENINGS = (
    "Little is known about {subject} outside the laboratories that build the systems.",
    "Reports on {subject} disagree, often because they do not say how they measured.",
    "We study {subject} with {method}.",
    "Evaluators increasingly have to judge {subject} before a system is released.",
    "This report describes work on {subject} in {setting}.",
)
MIDDLES = (
    "We use {method} in {setting} and test {number} systems, each {repeats} times.",
    "Our method is {method}; the tasks come from {setting} and are released with their graders.",
    "In {setting} we combine {method} with review by hand of every tenth transcript.",
    "With {method} we compare {number} systems and report intervals rather than single scores.",
)
RESULTS = (
    "We find that {finding}.",
    "The main result is that {finding}; the effect holds in {share} per cent of the cases.",
    "Across all systems {finding}.",
    "Two independent teams see the same: {finding}.",
)
CLOSINGS = (
    "We discuss what this means for joint testing between institutes.",
    "The tasks and the analysis are meant to be run again by others.",
    "We name three ways in which the test could mislead, and how to notice them.",
    "A short protocol lets other evaluators repeat the work in a week.",
    "We end with advice on how such results should and should not be quoted.",
)


def written(area: Area, second: Area, count: int, year: int, chance: Random) -> tuple[Paper, ...]:
    """So many publications of the six years up to ``year``, most of them in the first area."""
    papers: dict[str, Paper] = {}
    while len(papers) < count:
        paper = _paper(area if chance.random() < 0.75 else second, year - chance.randrange(6), chance)
        papers[paper.title] = paper
    return tuple(papers.values())


def _paper(area: Area, year: int, chance: Random) -> Paper:
    words = {
        "subject": chance.choice(area.subjects),
        "method": chance.choice(area.methods),
        "setting": chance.choice(area.settings),
        "finding": chance.choice(area.findings),
        "number": str(chance.randrange(3, 13)),
        "repeats": chance.choice(("five", "ten", "thirty")),
        "share": str(chance.randrange(55, 96)),
    }
    words["Subject"] = words["subject"][0].upper() + words["subject"][1:]
    title = chance.choice(TITLES).format_map(words)
    sentences = [chance.choice(part).format_map(words) for part in (OPENINGS, MIDDLES, RESULTS, CLOSINGS)]
    return Paper(title[0].upper() + title[1:], " ".join(sentences), year, chance.choice(VENUES))
