"""What `clues batch` costs beside the networks that it runs, and whether memory stays flat.

    python -m benchmarks.batch FOLDER [--count 60] [--every 10] [--replay 30]

A line is printed after every so many photos, so that a run that is stopped has told what it saw.
With `--replay`, only so many photos are looked at; the others are opened and located by what was
seen in these. That takes a few hundredths of the time, and shows whether anything but the networks
grows with the number of photos.
Every call of an ONNX session is timed within the run itself: the share of the time that is
spent in networks is the speed relative to the bare networks on the same inputs. On a busy machine
the share of the processor time says more than that of the clock.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from clues.batch.row import Row, Settings
from clues.batch.run import local, run
from clues.batch.store import ResultStore
from clues.cue import Cue
from clues.photo import Photo, find_photos
from clues.pipeline import Locator


def memory_mb() -> float:
    """Return this process's resident memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class NetworkClock:
    """Adds up the time that ONNX sessions run."""

    def __init__(self) -> None:
        from onnxruntime.capi.onnxruntime_inference_collection import Session

        self.reset()
        plain = Session.run

        def timed(session, *arguments, **options):
            start, processor = time.perf_counter(), time.process_time()
            try:
                return plain(session, *arguments, **options)
            finally:
                self.seconds += time.perf_counter() - start
                self.processor += time.process_time() - processor
                self.calls += 1

        Session.run = timed

    def reset(self) -> None:
        """Start anew."""
        self.seconds, self.processor, self.calls = 0.0, 0.0, 0


class Replay:
    """Says of each photo what was seen in one of a few others, in turn."""

    name = "replay"

    def __init__(self, locator: Locator, photos: Sequence[Path]) -> None:
        self.variables = frozenset(locator.kb.variables)
        self._turns = itertools.cycle([locator.extract_cues(path).cues for path in photos])

    def detect(self, _: Photo) -> Sequence[Cue]:
        """Return the next photo's cues."""
        return next(self._turns)


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--every", type=int, default=10, help="photos between two lines")
    parser.add_argument("--replay", type=int, default=0, help="photos to look at; all by default")
    asked = parser.parse_args()
    photos = find_photos(asked.folder)[: asked.count]
    clock, locator = NetworkClock(), Locator()
    if asked.replay:
        locator = Locator(detectors=[Replay(locator, photos[: asked.replay])])
    locator.locate(photos[0])  # loads what loads once
    clock.reset()
    ends: list[float] = []
    seconds: list[float] = []
    shares: list[tuple[float, float]] = []

    def note(row: Row) -> None:
        ends.append(time.perf_counter())
        seconds.append(row.seconds)
        shares.append((clock.processor, time.process_time()))
        if len(shares) % asked.every == 0:
            before = shares[-asked.every - 1] if len(shares) > asked.every else (0.0, processor)
            in_networks, in_all = (b - a for a, b in zip(before, shares[-1], strict=True))
            print(f"{len(shares):>6} photos: {in_all / asked.every:.3f} processor seconds a photo, "
                  f"{(in_all - in_networks) / asked.every:.3f} outside networks; "
                  f"{memory_mb():.0f} MB", flush=True)  # fmt: skip

    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "photos.txt"
        listed.write_text("\n".join(str(path.resolve()) for path in photos), "utf-8")
        store = ResultStore(Path(folder) / "out", Settings(), locator.kb.version)
        start, processor = time.perf_counter(), time.process_time()
        summary = run(str(listed), store, Settings(), local(locator), note)
        used = time.process_time() - processor
        size = sum(path.stat().st_size for path in store.parts())
    half = len(photos) // 2
    rate = summary.photos / summary.seconds
    print(f"{summary.photos} photos in {summary.seconds:.1f} s: {rate:.2f} a second")
    spread = statistics.pstdev(seconds)
    print(f"{used / summary.photos:.2f} processor seconds a photo, clock {spread:.2f} s apart "
          f"(standard deviation); {size / summary.photos:,.0f} bytes a row")  # fmt: skip
    print(f"failures: {dict(summary.failures)}")
    print(f"networks: {clock.seconds:.1f} s in {clock.calls} calls, "
          f"{clock.seconds / summary.seconds:.0%} of the time, "
          f"{clock.processor / used:.0%} of the processor time")  # fmt: skip
    in_networks, in_all = (b - a for a, b in zip(shares[half - 1], shares[-1], strict=True))
    print(f"in the second half, when all tables are loaded, {in_networks / in_all:.0%}")
    print(f"seconds for the first half {ends[half - 1] - start:.1f}, "
          f"for the second {ends[-1] - ends[half - 1]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
