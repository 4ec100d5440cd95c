"""Write `detectors/README.md`: for every cue variable, who sees it and how well.

    python -m detectors.training.readme

The table comes from the installed detectors, the manifest of weights with its figures, the model
cards and the knowledge base; nothing in it is written by hand.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from clues.detector import available
from clues.knowledge import load_kb
from clues.knowledge.model import Variable
from clues.paths import ROOT, WEIGHTS_DIR
from detectors.clip import detector as clip
from detectors.geoclip import detector as geoclip
from detectors.manifest import load_manifest
from detectors.shipped import calibrated
from detectors.training.card import number

README = ROOT / "detectors" / "README.md"
RESULTS = Path(__file__).with_name("results")
# What a detector learned from, and where its figures come from.
DATA = {
    "scene": "tagged street views; figures on dev, or held out",
    "vehicles": "COCO; calibrated on tagged street views; figures on dev, or held out",
    "plates": "photos of cars and street views with boxes; figures on dev, or held out",
    "furniture": "street views with boxes; figures on dev, or cross-validated by photo",
    "signs": "drawn and German signs, street views with boxes; figures: whether a photo shows "
    "such a sign, cross-validated by photo",
    "ocr": "reads words (RapidOCR or EasyOCR) and looks them up; `python -m benchmarks.ocr cues`",
    "appearance": "street views with places; see the card `scene.md`",
    "clip, geoclip, vision_language": "models that the user brings (`--with`, `--ask-model`); not "
    "measured",
    "im2gps, planet, pigeon ...": "geolocators of the literature, from the user's photos by "
    "`clues train experts`; compared in `docs/evaluation.md`",
}
# What optional detectors report that no shipped one does; they need what the user brings.
BROUGHT = {
    clip.COUNTRY: ("clip", "geoclip", "vision_language", "geolocators of the literature"),
    geoclip.PLACE: ("geoclip", "vision_language", "geolocators of the literature"),
}
_FIGURE = re.compile(r"^\d\.\d+ \(\d\.\d+ to \d\.\d+\)$")

_HEAD = """\
# What the detectors see

Written by `python -m detectors.training.readme`; do not edit. For each variable of the knowledge
base: which detector reports it, from which data it learned, and how well it tells photos with it
from photos without (AUC with its 95 % interval: 0.5 is chance). How each was made stands in its
card, `clues models card NAME`. A variable whose interval includes chance is off by default
(`off`). What no detector reports is asked of the person; where the user has fetched the weights
(`clues models pull`), YOLO-World looks for those with prompts (marked °), which was not measured.

{reported} of {all} variables are seen by a detector, {off} more are off by default.

"""

_READING = """
## Reading

RapidOCR reads Latin, Han and kana; other scripts are read by heads of our own on shared features.
Measured on drawn words, many of them tiny, in fonts and of words held out (95 % interval); cards:
`clues models card reader_SCRIPT`. A head with more than 30 % does not ship: Arabic has 36 % after
7,000 crops (`clues train recogniser`, `drawn: 7000`) and 33 % after 9,000 more and as many epochs
again; most of its errors are dots.

| script | MB | character error rate | words without an error |
|---|--:|--:|---|
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Who reports a variable, whether by default, and its figure as text."""

    detector: str
    on: bool
    figure: str


def render(folder: Path = WEIGHTS_DIR) -> str:
    """Return the page."""
    seen = sightings(folder)
    families: dict[str, list[Variable]] = defaultdict(list)
    for variable in load_kb().variables.values():
        families[variable.family].append(variable)
    on = sum(any(one.on for one in seen.get(v.id, ())) for own in families.values() for v in own)
    off = sum(
        v.id in seen and not any(one.on for one in seen[v.id])
        for own in families.values()
        for v in own
    )
    total = sum(map(len, families.values()))
    text = _HEAD.format(reported=on, off=off, all=total)
    text += "| variable | detector | AUC (95 % interval) |\n|---|---|---|\n"
    for family in sorted(families):
        text += "".join(_rows(family, families[family], seen))
    text += "\n## Data\n\n"
    text += "".join(f"- {name}: {what}\n" for name, what in DATA.items())
    return text + _reading(folder) + _tried()


def sightings(folder: Path = WEIGHTS_DIR) -> dict[str, list[Seen]]:
    """Return who reports each variable: installed detectors, what is off, what must be brought."""
    found: dict[str, list[Seen]] = defaultdict(list)
    figures = _figures(folder)
    scales = calibrated(folder)
    for name, point in sorted(available().items()):
        detector = point.load()()
        for variable in sorted(detector.variables):
            figure = figures.get((name, variable), "")
            found[variable].append(Seen(detector.name, True, figure))
        for variable, enabled in sorted(scales.get(name, {}).items()):
            if not enabled and variable not in detector.variables:
                found[variable].append(Seen(name, False, figures.get((name, variable), "")))
    for variable, names in BROUGHT.items():
        found[variable] += [Seen(name, False, "") for name in names]
    return found


def _rows(
    family: str, variables: Iterable[Variable], seen: Mapping[str, list[Seen]]
) -> Iterable[str]:
    asked = []
    for variable in variables:
        short = variable.id.split(".", 1)[1]
        if variable.id not in seen:
            asked.append(short + ("°" if variable.prompts else ""))
            continue
        own = seen[variable.id]
        names = ", ".join(one.detector + ("" if one.on else " (off)") for one in own)
        figure = "; ".join(one.figure for one in own if one.figure)
        yield f"| {variable.id} | {names} | {figure} |\n"
    if asked:
        yield f"| {family}: {', '.join(asked)} | asked of the person | |\n"


def _figures(folder: Path) -> dict[tuple[str, str], str]:
    """Return the figure of each model's variables: on dev where there is one, else held out."""
    found: dict[tuple[str, str], str] = {}
    for entry in load_manifest(folder).values():
        for name, value in entry.metrics.items():
            variable, _, kind = name.partition(" AUC")
            if kind == "" and len(value) == 3 and name.endswith(" AUC"):
                found.setdefault((entry.model, variable), f"{number(value)}, held out")
        for name, value in entry.metrics.items():
            if name.endswith(" AUC, dev") and len(value) == 3:
                found[entry.model, name.removesuffix(" AUC, dev")] = f"{number(value)}, dev"
            if name == "country top-1":
                found["appearance", "appearance.country"] = f"top-1 {number(value)}, dev"
            if name == "points, appearance":
                found["appearance", "appearance.place"] = f"points {number(value)}, dev"
    card = folder / "scene.md"
    tags = _tags_of_card(card.read_text("utf-8")) if card.is_file() else {}
    for variable in load_kb().variables.values():
        own = {value: tags[tag] for value, tag in variable.tags.items() if tag in tags}
        if own:
            text = (
                next(iter(own.values()))
                if len(own) == 1
                else "; ".join(f"{value} {figure}" for value, figure in own.items())
            )
            found.setdefault(("scene", variable.id), text)
    return found


def _tags_of_card(card: str) -> dict[str, str]:
    """Return the figure of each tag in a card's table of tags: on dev, else held out."""
    found, columns = {}, []
    for line in card.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "tag":
            columns = cells
        elif columns and len(cells) == len(columns) and not cells[0].startswith("---"):
            row = dict(zip(columns, cells, strict=True))
            dev, held_out = row.get("dev AUC", ""), row.get("AUC, held out", "")
            found[cells[0]] = f"{dev}, dev" if _FIGURE.match(dev) else f"{held_out}, held out"
        elif not line.startswith("|"):
            columns = []
    return found


def _reading(folder: Path) -> str:
    """Return how well the recognisers of our own read, by script."""
    text = _READING
    for name, entry in load_manifest(folder).items():
        cer = entry.metrics.get("character error rate, held-out fonts")
        if cer:
            script = name.removeprefix("reader_").removesuffix(".onnx")
            whole = number(entry.metrics["words read rightly, held-out fonts"])
            text += (
                f"| {script} | {entry.size_bytes / 1e6:.1f} | {100 * cer[0]:.1f} % | {whole} |\n"
            )
    return text


# Of scripts that are not in the tree.
_TRIALS = """\
- traffic.driving-side, by vehicles: where each of 5,854 boxes stands and how it looks (the neck's
  maps, means and left against right) in 1,892 photos: AUC 0.492 (0.448 to 0.562), leaving
  countries out (a trial of 2026-11-30)
- PP-OCRv3's recognisers for Cyrillic and Korean (Apache-2.0, converted to ONNX): character error
  rates of 88 and 78 % on the real words on which ours have 24 and 51 % (a trial of 2026-11-30)
- bollards pasted into street views, to find more of them: with the 41 upright crops of the gallery,
  one to three in each of 732 views more, AP50 of bollards falls from 0.251 to 0.098, that of any
  post from 0.288 to 0.116 (cross-validated by photo, a trial of 2026-11-30). For self-training
  with tags as a check there is no material: of the photos tagged with a bollard, bus stop,
  traffic light, stop or warning sign all but 19 have boxes already
"""


def _tried() -> str:
    """Return what was tried and does not ship, with its figures."""
    text = "\n## Tried, and not shipped\n\n"
    weak = _read("weak_cues.json")
    for variable, row in weak.items():
        text += f"- {variable}: AUC {number(tuple(row['AUC']))} on {row['photos']} photos, "
        text += f"{row['how']} (`python -m detectors.training.weak_cues`)\n"
    style = _read("bollard_style.json")
    for name, row in style.items():
        share, chance = number(tuple(row["top-5"])), row["top-5 of always naming the five largest"]
        text += f"- bollards.style, {name}: the country is among the first five in {share} of "
        text += f"{row.get('crops', row.get('bollards'))}, always naming the five commonest "
        text += f"{chance:.3f} (`python -m detectors.training.bollard_style`)\n"
    return text + _TRIALS


def _read(name: str) -> dict[str, dict]:  # type: ignore[type-arg]
    path = RESULTS / name
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def main() -> None:
    """Write the page."""
    README.write_text(render(), encoding="utf-8")
    print(f"wrote {README}")


if __name__ == "__main__":
    main()
