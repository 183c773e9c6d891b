"""Pictures of the key screens, light, dark and on a phone, for people to look at."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.demo_world import demo_world
from tests.browser.screens import SCREENS
from tests.browser.test_gallery import LOOKS
from tests.invented import filled_once


def take(folder: Path) -> None:
    """Write one PNG a key screen and look into the folder."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("No Chromium on this machine: install one (Debian: apt install chromium) to take pictures.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        demo_world(filled_once(Path(data) / "filled"), Path(data), {screen.handle for screen in SCREENS}) as world,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        for look, options in LOOKS.items():
            for screen in SCREENS:
                if not screen.key:
                    continue
                context = browser.new_context(**options)
                world.sign_in(context, screen.handle)
                page = context.new_page()
                page.goto(world.url(screen.path))
                page.wait_for_load_state("networkidle")
                page.screenshot(path=folder / f"{screen.name}-{look}.png", full_page=True)
                context.close()
        browser.close()
