"""How fast the app shows itself, and how fast a switched cue moves the ranking.

    python -m benchmarks.app [--switches 20]

It starts `clues app` itself and drives Debian's Chromium (`make test-browser` installs it). Wall
time depends on what else the machine does, so the server's own CPU time is printed beside it.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.app.chromium import browsing, locate_bus, serving, settled

_HERO = "what says so"
_CUE = "Count 'Language of the writing: Spanish'"
_TICKS = os.sysconf("SC_CLK_TCK")
# Clicks a switch, and returns the milliseconds until the ranking shows other numbers.
_SWITCH = """(name) => new Promise((done) => {
    const text = () => [...document.querySelectorAll(".rank")].map((e) => e.innerText).join();
    const before = text(), start = performance.now();
    const look = () => text() && text() !== before ? done(performance.now() - start)
        : requestAnimationFrame(look);
    const find = (root) => root.querySelector(`[aria-label="${name}"]`)
        ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && find(e.shadowRoot))
            .find(Boolean);
    find(document).click();
    look();
})"""


def cpu_seconds(port: str) -> float:
    """Return the CPU time that the server on a port has used."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"\0--port\0{port}\0".encode() in (process / "cmdline").read_bytes():
                user, system = (process / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
                return (int(user) + int(system)) / _TICKS
        except OSError:  # it has ended meanwhile
            continue
    return 0.0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--switches", type=int, default=20)
    count = parser.parse_args().switches
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, browsing(Path(folder)) as browser:
        page, start = browser.new_page(), time.monotonic()
        with serving() as address:
            port = address.rsplit(":", 1)[1]
            print(
                f"listening {time.monotonic() - start:.2f} s after the command, "
                f"{cpu_seconds(port):.2f} s server CPU"
            )
            page.goto(address)
            page.get_by_text(_HERO).first.wait_for()
            print(
                f"first page painted {time.monotonic() - start:.2f} s after the command, "
                f"{cpu_seconds(port):.2f} s server CPU"
            )
            start = time.monotonic()
            page.reload()
            page.get_by_text(_HERO).first.wait_for()
            print(f"next session's page painted {time.monotonic() - start:.2f} s after the visit")
            locate_bus(page, address)
            settled(page)
            used, walls = cpu_seconds(port), []
            for _ in range(count):
                walls.append(page.evaluate(_SWITCH, _CUE))
                settled(page)
            used = (cpu_seconds(port) - used) / count
            print(
                f"a switched cue: new ranking after {statistics.median(walls):.0f} ms (median of "
                f"{count}, slowest {max(walls):.0f}), {1000 * used:.0f} ms server CPU for the page"
            )


if __name__ == "__main__":
    main()
