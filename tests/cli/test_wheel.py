"""Installed from its wheel, far from the source: the templates, static files and migrations travel inside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120  # only to end a test that would hang


def run(*command: str | Path, cwd: Path, data: Path | None = None) -> str:
    """A command without the source in its way; its output, or an assertion with it."""
    hidden = ("EXCHANGE_", "PYTHONPATH", "FLASK_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    if data is not None:
        environment["EXCHANGE_DATA"] = str(data)
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("hatchling") is None:
        pytest.skip("The build backend is missing: pip install -r requirements/build.txt to test the wheel.")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment with the wheel in it, and the libraries of this one behind it."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    run(*pip, cwd=home)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return home / "bin"


def test_the_wheel_holds_what_a_page_needs_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("templates", "static", "migrations"):
        beside = {
            path.relative_to(ROOT / folder).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        inside = {name.removeprefix(f"exchange/_{folder}/") for name in names if f"exchange/_{folder}/" in name}
        assert beside - inside == set(), folder
    assert not [
        name for name in names if name.startswith(("tests", "benchmarks", "requirements")) or "__pycache__" in name
    ]


def test_it_fills_the_demo_and_serves_a_page_with_its_style(installed: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    where = run(installed / "python", "-c", "import exchange; print(exchange.__file__)", cwd=tmp_path)
    assert str(installed.parent) in where
    assert "ready" in run(installed / "exchange", "demo", "--no-serve", cwd=tmp_path, data=data)
    assert "as before" in run(installed / "exchange", "db", "upgrade", cwd=tmp_path, data=data)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("EXCHANGE_", "PYTHONPATH"))
    }
    server = subprocess.Popen(
        [str(installed / "exchange"), "serve", "--port", "0", "--workers", "1"],
        cwd=tmp_path,
        env={**environment, "EXCHANGE_DATA": str(data), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        with urlopen(f"{found[0]}/sign-in", timeout=PATIENCE_S) as page:
            text = page.read().decode()
        assert "Sign in to Exchange" in text
        style = re.search(r'href="(/static/[^"]+)"', text)
        assert style is not None
        with urlopen(found[0] + style[1], timeout=PATIENCE_S) as sheet:
            assert len(sheet.read()) > 1000
    finally:
        server.terminate()
        server.wait(PATIENCE_S)
        if server.stdout is not None:
            server.stdout.close()
