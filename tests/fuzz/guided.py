"""`python -m tests.fuzz.guided TARGET`: coverage-guided fuzzing of parsers by atheris.

Unlike the other fuzzers it watches which branches an input reaches and goes on from those that
reached new ones. It needs `pip install atheris`, which not every Python has a wheel of, so the
tests do without; a finding is kept as a file that `--only FILE` feeds again.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from clues.errors import CluesError

try:
    import atheris
except ImportError:
    raise SystemExit("Guided fuzzing needs atheris; type: pip install atheris") from None

with atheris.instrument_imports(include=["clues.text", "clues.knowledge"]):
    from clues.text import interpret, phone, plates
    from clues.text.word import Line, Word
    from tests.fuzz import yaml as files

SEED = 20261129
_SECONDS, _MEGABYTES = 20, 2048  # of one input on the clock, however busy; of the process
_PLATES = ("A123BC77", "B-MA 1234", "AB12 CDE", "品川 500 さ 12-34", "KA-01-AB-1234", "1ABC234")
_PHONES = ("+7 495 123-45-67", "0121 232 4900", "0564-64-2033", "(011) 4321-0000", "8 800 1")
_TEXTS = (*_PLATES, *_PHONES, "www.example.co.za", "75001 Paris", "Rua Direita 5", "A-7", "R$ 5")


def _line(data: bytes) -> Line:
    from clues.cue import Box

    text = data.decode("utf-8", "replace")
    words = [Word(part, 0.9, Box(0, 0, 100, 20), ()) for part in text.split()[:40]]
    return Line(tuple(words) or (Word("", 0.5, Box(0, 0, 1, 1), ()),))


def _plates(data: bytes) -> None:
    plates.parse_plate(data.decode("utf-8", "replace"))
    plates.read_plates([_line(data)])


TARGETS: dict[str, tuple[Callable[[bytes], object], Callable[[], tuple[str, ...]]]] = {
    "plates": (_plates, lambda: _PLATES),
    "phones": (lambda data: phone.read_phone([_line(data)]), lambda: _PHONES),
    "text": (lambda data: interpret(_line(data).words), lambda: _TEXTS),
    "yaml": (files.feed_clues, lambda: files.corpus("clues/*/*.yaml")),
    "plate-tables": (files.feed_plates, lambda: files.corpus("tables/plates/[a-z][a-z].yaml")),
}


def polite(feed: Callable[[bytes], object], kept: Path) -> Callable[[bytes], None]:
    """Return what feeds input and lets a refusal pass; input that does worse is ``kept``."""

    def once(data: bytes) -> None:
        try:
            feed(data)
        except CluesError as error:
            if all(line.strip() for line in str(error).split("\n")):
                return
            kept.write_bytes(data)
            raise AssertionError("an empty line in a refusal") from error
        except BaseException:
            kept.write_bytes(data)
            raise

    return once


def main() -> None:
    """Run one target as a command; libFuzzer prints the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--longest", type=int, default=200, help="bytes of an input")
    parser.add_argument("--only", type=Path, help="feed this file alone")
    asked = parser.parse_args()
    feed, seeds = TARGETS[asked.target]
    once = polite(feed, Path(f"fuzz-{asked.target}.bin"))
    files.warm()
    interpret(_line(" ".join(_TEXTS).encode()).words)  # loads tables before the clock runs
    if asked.only:
        once(asked.only.read_bytes())
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(seeds()):
            (Path(folder) / str(number)).write_text(text, "utf-8")
        options = {
            "runs": asked.runs, "seed": asked.seed, "max_len": asked.longest,
            "timeout": _SECONDS, "rss_limit_mb": _MEGABYTES, "print_final_stats": 1,
            "artifact_prefix": f"fuzz-{asked.target}-",
        }  # fmt: skip
        atheris.Setup([sys.argv[0], *(f"-{k}={v}" for k, v in options.items()), folder], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
