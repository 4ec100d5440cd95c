"""`python -m tests.fuzz.yaml`: mutated knowledge-base files."""

import atexit
import os
import random
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from clues.inference import Tables
from clues.knowledge import tables as kb_tables
from clues.knowledge.base import KnowledgeBase, merge
from clues.knowledge.edit import formatted, parse_clues
from clues.knowledge.load import read_kb
from clues.knowledge.problem import raise_if_any
from clues.knowledge.scenes import load_scenes
from clues.paths import KB_DIR
from clues.text.patterns import expand
from tests.fuzz import mutate
from tests.fuzz.engine import Target, main
from tests.tiny import tiny_world

_LONGEST = 8_000_000  # letters of a case: a line of a large one is not repeated 3,000 times
_WORDS = (
    "&a ", "*a", "<<: *a", "!!python/object/apply:os.system [ls]", "!!binary ", "! ", "---\n",
    "...\n", "%YAML 9.9\n", "{", "}", "[", "]", ": ", "- ", "? ", "| ", ">-\n", "'", '"', "#",
    "\t", "\r", "null", "~", "true", "NO", ".inf", ".nan", "-.inf", "1e999", "0x7f", "0o17", "1_0",
    "9" * 400, "-1", "0", "1.5", "2026-02-30", "2026-11-24", "0001-01-01", "9999-12-31", "\u202e",
    "\ufeff", "\x00", "\x85", "\u2028", "\U0001f30d", "e\u0301" * 40, "A" * 5_000,
    "(a+)+$", "\\d{99}",
    "[A-Z]" * 30, "<code>", "geo:91,181;u=-1", "geo:0,0;u=1e400", "ZZ-999", "zone.none", "world",
)  # fmt: skip


@cache
def corpus(pattern: str) -> tuple[str, ...]:
    """Return knowledge-base files as texts; long ones cut at an entry to some 6,000 characters."""
    texts = []
    for path in sorted(KB_DIR.glob(pattern)):
        text = path.read_text("utf-8")
        if len(text) > 6_000:
            ends = [text.rfind(mark, 0, 6_000) for mark in ("\n- id:", "\n\n")]
            plain = re.compile(r"\n(?=[\w\"'-])").finditer(text, 0, 6_000)
            end = max(ends) if max(ends) > 0 else max(found.start() for found in plain)
            text = text[: end + 1]
        texts.append(text)
    return tuple(texts)


def mutate_yaml(text: str, rng: random.Random) -> tuple[bytes, str]:
    """Return a mutated file and the name of the mutation."""
    way = rng.choice(
        ("word", "word", "value", "value", "line", "key", "indent", "depth", "alias", "size",
         "bits", "cut", "noise", "encoding")
    )  # fmt: skip
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    if way == "word":
        place = rng.randrange(len(text) + 1)
        return (text[:place] + rng.choice(_WORDS) + text[place:]).encode(), way
    if way == "value":
        key, colon, _ = lines[at].partition(": ")
        deep = rng.choice(("{a: {b: [c]}}", "[[], {}, null]", "[]", "{}", *_WORDS))
        lines[at] = f"{key}{colon}{deep}"
    elif way == "line":
        most = max(2, _LONGEST // (len(lines[at]) + 1))
        lines[at : at + 1] = rng.choice(
            ([], lines[at : at + 1] * min(rng.choice((2, 3_000)), most))
        )
    elif way == "key":
        lines.insert(at, rng.choice((lines[at], lines[at].replace(":", "x:", 1), "id: again")))
    elif way == "indent":
        lines[at] = " " * rng.choice((1, 2, 3, 8, 4_000)) + lines[at].lstrip()
    elif way == "depth":
        opened, closed = rng.choice((("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")))
        depth = rng.choice((10, 100, 20_000))
        lines.insert(at, "x: " * rng.randint(0, 1) + opened * depth + closed * depth)
    elif way == "alias":
        laugh = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
        lines.insert(at, "a0: &a0 ha\n" + laugh)
    elif way == "size":
        lines.insert(at, rng.choice(("x: [" + "1, " * 200_000 + "]", "# " + "x" * 4_500_000,
                                     "x: '" + "y" * 900_000 + "'")))  # fmt: skip
    elif way == "bits":
        return mutate.flip_bits(text.encode(), rng), way
    elif way == "cut":
        return mutate.truncate(text.encode(), rng), way
    elif way == "noise":
        return mutate.splice(text.encode(), mutate.noise(rng) + b"\n", rng), way
    else:
        return text.encode(
            rng.choice(("utf-16", "utf-8-sig", "utf-7", "utf-32-le")), "replace"
        ), way
    return "\n".join(lines).encode("utf-8", "surrogatepass"), way


def from_files(pattern: str):
    """Return the maker of inputs from the knowledge base's own files."""

    def make(rng: random.Random) -> tuple[bytes, str]:
        data, way = mutate_yaml(rng.choice(corpus(pattern)), rng)
        for _ in range(rng.choice((0, 0, 0, 2)) if len(data) < 100_000 else 0):
            data, _ = mutate_yaml(data.decode("utf-8", "replace") or " ", rng)
        return data, way

    return make


@cache
def folder() -> Path:
    """Return a knowledge base with a few real cues and no clues; the file goes into it."""
    root = Path(tempfile.mkdtemp(prefix="clues-fuzz-", dir=_fast()))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    (root / "cues").mkdir()
    shutil.copy(KB_DIR / "cues" / "sun.yaml", root / "cues")  # one of many: the rest costs time
    for part in ("clues", "scenes", "tables/plates", "tables/phones", "tables/brands"):
        (root / part).mkdir(parents=True)
    return root


def _fast() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _put(name: str, data: bytes) -> Path:
    root = folder()
    (root / name).write_bytes(data)
    return root


@cache
def variables() -> dict:
    return dict(read_kb(KB_DIR)[0].variables)


def feed_clues(data: bytes) -> None:
    """Parse, validate, merge, compile and lay out a clue file."""
    text = data.decode("utf-8", "replace")
    clues = parse_clues(text, "fuzz.yaml")
    raise_if_any(merge([c for c in clues if c.cue in variables()], variables())[1])
    base = KnowledgeBase(variables(), ()).with_clues(clues)
    base.rules  # noqa: B018
    Tables(base, tiny_world())
    again = formatted(text, "fuzz.yaml")
    assert parse_clues(again, "again.yaml") == clues
    assert formatted(again) == again


def feed_settings(data: bytes) -> None:
    """Read fusion.yaml and cues: the whole loader."""
    root = _put("fusion.yaml", data)
    _, problems = read_kb(root)
    raise_if_any(problems)


def feed_scenes(data: bytes) -> None:
    """Read golden scenes."""
    root = _put("scenes/fuzz.yaml", data)
    scenes, problems = load_scenes(root / "scenes")
    raise_if_any(problems)
    for scene in scenes:
        scene.as_cues()


def feed_plates(data: bytes) -> None:
    """Read a plate table and expand its patterns."""
    root = _put("tables/plates/xx.yaml", data)
    for table in kb_tables.plate_tables.__wrapped__(root / "tables").values():
        for layout in table.formats:
            expand(layout.pattern)


def feed_table(name: str, reader: Any) -> Callable[[bytes], None]:
    """Return what feeds a file to the reader of one table; road numbers are tried on a text."""

    def feed(data: bytes) -> None:
        found = reader.__wrapped__(_put(f"tables/{name}", data) / "tables")
        if reader is kb_tables.road_numbers:
            for entry in found.values():
                re.compile(entry.pattern).fullmatch("A 1234567890123")

    return feed


def warm() -> None:
    """Load cues, world and scratch folder."""
    variables(), tiny_world(), folder()


TARGETS = [
    Target("clues", from_files("clues/*/*.yaml"), feed_clues, lines=True, warm=warm),
    Target("fusion", from_files("fusion.yaml"), feed_settings, lines=True, warm=warm),
    Target("scenes", from_files("scenes/*.yaml"), feed_scenes, lines=True, warm=warm),
    Target(
        "plates", from_files("tables/plates/[a-z][a-z].yaml"), feed_plates, lines=True, warm=warm
    ),
    *(
        Target(kind, from_files(f"tables/{name}"), feed_table(name, reader), True, warm)
        for kind, name, reader in (
            ("roads", "road-numbers.yaml", kb_tables.road_numbers),
            ("postcodes", "postcodes.yaml", kb_tables.postcode_tables),
            ("words", "street-words.yaml", kb_tables.word_entries),
            ("aliases", "region-aliases.yaml", kb_tables.aliases),
            ("brands", "brands/stop-words.yaml", kb_tables.brand_stop_words),
        )
    ),
]

if __name__ == "__main__":
    main(TARGETS)
