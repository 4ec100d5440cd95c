"""Take the README's pictures anew: `make screenshots`."""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from clues.paths import ROOT
from tests.app.chromium import BUS, browsing, locate_bus, serving, settled

_IMAGES = ROOT / "docs" / "images"
_CUE = "Language of the writing"


def main() -> None:
    """Write locate.webp, why.webp, knowledge.webp and report.jpg."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving() as address,
        browsing(Path(folder), width=1280, height=800) as browser,
    ):
        page = browser.new_page()
        locate_bus(page, address)
        _take(page, "locate")
        page.set_viewport_size({"width": 1280, "height": 1200})
        page.get_by_role("button", name=_CUE).first.click()
        tab = page.get_by_role("tabpanel", name="Why")
        tab.evaluate("e => e.scrollIntoView({ block: 'start' })")
        page.locator(".item", has_text=_CUE).first.hover()
        _take(page, "why")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{address}/knowledge")
        page.get_by_role("tab", name="By cue").click()
        page.locator(".map canvas[data-view]").wait_for()
        _take(page, "knowledge")
        _take_report(page, Path(folder) / "bus.html")


def _take_report(page, report: Path) -> None:
    command = ["locate", str(BUS), "--format", "html", "--out", str(report)]
    subprocess.run([sys.executable, "-m", "clues", *command], check=True, capture_output=True)
    page.set_viewport_size({"width": 1145, "height": 1500})
    page.goto(report.as_uri())
    path = _IMAGES / "report.jpg"
    page.screenshot(path=path, type="jpeg", quality=85)
    print(f"wrote {path}")


def _take(page, name: str) -> None:
    settled(page)
    path = _IMAGES / f"{name}.webp"  # a quarter of the bytes, with all colours of the flags
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    image.save(path, quality=90, method=6)
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
