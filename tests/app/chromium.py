"""The app in Debian's Chromium, for browser tests and for the README's pictures."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clues.paths import ROOT

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_SPEC = importlib.util.find_spec("ultralytics")
BUS = Path(_SPEC.origin).parent / "assets" / "bus.jpg" if _SPEC and _SPEC.origin else None
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SLOW_MS = 200_000  # models load with the first photo, on whatever machine this is


def copy_to(folder: Path) -> Path:
    """Copy what the app may write, with the code that finds it; return the folder."""
    for name in ("clues", "kb"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("ui", "detectors"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@contextmanager
def serving(root: Path = ROOT, *options: str) -> Iterator[str]:
    """Start the app on a free port, with more options of `clues app`; yield its address."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "clues", "app", "--port", str(port), "--headless", *options]
    server = subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        os.killpg(server.pid, 15)
        server.wait(20)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def browsing(folder: Path, width: int = 1440, height: int = 1000) -> Iterator:
    """Open a browser that keeps its profile in a folder; yield its context."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            str(folder), executable_path=CHROMIUM, headless=True, args=_FLAGS,
            viewport={"width": width, "height": height},
        )  # fmt: skip
        context.set_default_timeout(90_000)
        yield context
        context.close()


def locate_bus(page, address: str) -> None:
    """Upload the sample photo and wait for its ledger."""
    page.goto(address)
    page.get_by_text("what says so").first.wait_for()
    page.locator("input[type=file]").first.set_input_files(str(BUS))
    page.locator(".ledger .sum").wait_for(timeout=SLOW_MS)


def settled(page) -> None:
    """Wait until the app has nothing more to do."""
    page.wait_for_timeout(300)  # for what was just done to reach it
    app = "document.querySelector('[data-testid=stApp]')"
    page.wait_for_function(f"{app}?.dataset.testScriptState === 'notRunning'")
    page.wait_for_timeout(300)
