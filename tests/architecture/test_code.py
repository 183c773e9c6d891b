"""Rules about the code itself, read from its syntax: they keep the house a house."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "exchange"
MODULES = sorted(PACKAGE.rglob("*.py"))
WRITES = {"add", "add_all", "delete", "commit", "flush", "merge", "bulk_save_objects"}
WRITING_ROOMS = {"store", "actions"}
CLOCK_ROOMS = {"web", "jobs", "cli"}
CLOCK = {("datetime", "now"), ("datetime", "today"), ("date", "today"), ("datetime", "utcnow"), ("time", "time")}
LONGEST_FILE = 400
CHATTER = re.compile(r"session [e]nds|issue [#]|helper[-]|[/]work[/]|shared[/](?:design|domain)")  # how it was made


def room(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def calls(module: Path) -> Iterator[tuple[str, str, int]]:
    """Every ``name.method(…)`` of a module as (name, method, line)."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            yield name, node.func.attr, node.lineno


def named(module: Path) -> str:
    return str(module.relative_to(ROOT))


def test_only_store_and_actions_write() -> None:
    faults = [
        f"{named(module)}:{line} {name}.{method}"
        for module in MODULES
        if room(module) not in WRITING_ROOMS
        for name, method, line in calls(module)
        if method in WRITES and name in {"session", "db", "work"}
    ]
    assert not faults


def test_only_the_entry_rooms_read_the_clock() -> None:
    faults = [
        f"{named(module)}:{line}"
        for module in MODULES
        if room(module) not in CLOCK_ROOMS
        for name, method, line in calls(module)
        if (name, method) in CLOCK
    ]
    assert not faults


def test_actions_take_session_actor_and_the_instant_by_name() -> None:
    """A public action that opens a transaction is called the same way everywhere."""
    faults = []
    for module in sorted((PACKAGE / "actions").glob("*.py")):
        for node in ast.parse(module.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or module.stem == "writing":
                continue
            opens = any(isinstance(n, ast.Call) and ast.unparse(n.func) == "writing" for n in ast.walk(node))
            if opens and not {"now", "today"} & {argument.arg for argument in node.args.kwonlyargs}:
                faults.append(f"{named(module)}:{node.lineno} {node.name}")
            if opens and (not node.args.args or node.args.args[0].arg != "session"):
                faults.append(f"{named(module)}:{node.lineno} {node.name}")
    assert not faults


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_files_stay_small(module: Path) -> None:
    lines = len(module.read_text().splitlines())
    assert lines <= LONGEST_FILE, f"{lines} lines are usually two things"


def test_no_module_is_called_after_nothing() -> None:
    vague = {"util.py", "utils.py", "helpers.py", "common.py", "misc.py", "base_service.py"}
    assert not [named(module) for module in MODULES if module.name in vague]


def test_nothing_is_swallowed() -> None:
    """``except …: pass`` hides faults; a handler says what it does instead."""
    faults = [
        f"{named(module)}:{node.lineno}"
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(statement, ast.Pass) for statement in node.body)
    ]
    assert not faults


def test_relationships_are_not_loaded_behind_ones_back() -> None:
    faults = [
        f"{named(module)}:{node.lineno}"
        for module in sorted((PACKAGE / "store").glob("*.py"))
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "relationship"
        and not any(k.arg == "lazy" and ast.unparse(k.value) == "'raise'" for k in node.keywords)
    ]
    assert not faults


def test_the_project_speaks_of_itself_alone() -> None:
    files = [*MODULES, *(ROOT / "templates").rglob("*.html"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    faults = [f"{named(file)}: {words}" for file in files for words in CHATTER.findall(file.read_text())]
    assert not faults
