"""`python -m tests.fuzz.tabular`: mutated CSV manifests, priors and zones."""

import atexit
import json
import random
import shutil
import tempfile
from functools import cache
from pathlib import Path

from clues.evaluation.manifest import read_manifest
from clues.paths import KB_DIR
from clues.regions import load_regions
from clues.regions.prior import prior
from clues.regions.zones import load_zones
from tests.fuzz import mutate
from tests.fuzz.engine import Target, main

_CELLS = ("", "nan", "inf", "-1e400", "91", "1e3", "0x10", "١٢", "RU", "ZZ", "ru", '"', '""',
          "\x00", "a\nb", "'", "=1+1", "é" * 300, "9" * 5_000, "x" * 140_000, " ", "\u202e",
          "1,5")  # fmt: skip
_TABLES = (
    "file,lat,lon,country\na.jpg,48.86,2.29,FR\nb.jpg,,,JP\nc.jpg,-33.9,151.2,AU\n",
    "code,weight\nRU,3\nFR,1.5\nJP-13,0.2\neurope,1\n",
    "lat,lon,weight\n48.8,2.3,1\n35.7,139.7,2\n0,0,1\n",
)


@cache
def folder() -> Path:
    """Return a scratch folder."""
    root = Path(tempfile.mkdtemp(prefix="clues-fuzz-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root


def make_table(rng: random.Random) -> tuple[bytes, str]:
    """Return a mutated table."""
    text = rng.choice(_TABLES)
    way = rng.choice(("cell", "cell", "row", "wide", "long", "bits", "cut", "noise", "encoding"))
    lines = text.splitlines()
    at = rng.randrange(len(lines))
    if way == "cell":
        for _ in range(rng.randint(1, 3)):
            cells = lines[at].split(",")
            cells[rng.randrange(len(cells))] = rng.choice(_CELLS)
            lines[at] = ",".join(cells)
    elif way == "row":
        lines[at : at + 1] = rng.choice(([], [lines[at]] * 3, ["," * 50], [lines[at][:5]], [""]))
    elif way == "wide":
        lines[at] += "," * rng.choice((10, 1_000_000))
    elif way == "long":
        lines += lines[1:] * rng.choice((10, 40_000))
    elif way == "bits":
        return mutate.flip_bits(text.encode(), rng), way
    elif way == "cut":
        return mutate.truncate(text.encode(), rng), way
    elif way == "noise":
        return mutate.splice(text.encode(), mutate.noise(rng) + b",", rng), way
    else:
        return text.encode(rng.choice(("utf-16", "utf-8-sig", "utf-32", "utf-7"))), way
    return "\n".join(lines).encode("utf-8", "surrogatepass"), way


def make_geojson(rng: random.Random) -> tuple[bytes, str]:
    """Return a mutated FeatureCollection."""
    text = _zones()[rng.randrange(len(_zones()))]
    way = rng.choice(("value", "value", "value", "depth", "bits", "cut", "noise", "count"))
    if way == "depth":
        return b'{"features":' * rng.choice((5, 100_000)) + b"[", way
    if way == "bits":
        return mutate.flip_bits(text, rng), way
    if way == "cut":
        return mutate.truncate(text, rng), way
    if way == "noise":
        return mutate.splice(text, mutate.noise(rng) + b"]", rng), way
    data = json.loads(text)
    features = data["features"]
    if way == "count":
        data["features"] = features[:1] * rng.choice((2, 40))
        return json.dumps(data).encode(), way
    node, key = data, "features"
    for _ in range(rng.randint(1, 8)):
        if not isinstance(node[key], dict | list) or not node[key]:
            break
        node, last = node[key], node[key]
        key = rng.choice(sorted(last)) if isinstance(last, dict) else rng.randrange(len(last))
    odd = (
        None,
        [],
        {},
        "x",
        -1,
        1e308,
        float("nan"),
        float("inf"),
        [[]],
        [[[0, 0]]],
        True,
        "é" * 99,
    )
    node[key] = rng.choice(odd)
    return json.dumps(data).encode(), way


@cache
def _zones() -> tuple[bytes, ...]:
    texts = []
    for path in sorted((KB_DIR / "zones").glob("*.geojson")):
        data = json.loads(path.read_text("utf-8"))
        data["features"] = data["features"][:2]
        texts.append(json.dumps(data).encode())
    return tuple(texts)


def _put(name: str, data: bytes) -> Path:
    path = folder() / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def feed_manifest(data: bytes) -> None:
    """Read a manifest of photos."""
    read_manifest(_put("m.csv", data), load_regions())


def feed_prior_csv(data: bytes) -> None:
    """Read a prior from a table."""
    prior(load_regions(), str(_put("p.csv", data)))


def feed_prior_json(data: bytes) -> None:
    """Read a prior from GeoJSON."""
    prior(load_regions(), str(_put("p.geojson", data)))


def feed_zones(data: bytes) -> None:
    """Read zones."""
    load_zones(_put("zones/z.geojson", data).parent, load_regions())


def warm() -> None:
    """Load regions with borders and names."""
    load_regions().find(0, 0)
    load_regions().resolve("France")
    _zones(), folder()


TARGETS = [
    Target("manifest-csv", make_table, feed_manifest, warm=warm),
    Target("prior-csv", make_table, feed_prior_csv, warm=warm),
    Target("prior-geojson", make_geojson, feed_prior_json, warm=warm),
    Target("zones", make_geojson, feed_zones, lines=True, warm=warm),
]

if __name__ == "__main__":
    main(TARGETS)
