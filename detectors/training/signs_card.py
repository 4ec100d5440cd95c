"""The card and manifest entries of the network of signs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detectors.scene.calibration import SceneScales
from detectors.signs.detector import NAME, NETWORK_FILE
from detectors.signs.kinds import KINDS
from detectors.signs.scores import CHEVRON_VARIABLE
from detectors.training import signs_draw
from detectors.training.boxes import FALSE_PER_PHOTO, Measured
from detectors.training.card import number, record_weights
from detectors.training.signs_data import FOLDS
from detectors.training.signs_measure import Crops, Spoken

LICENCE = (
    "AGPL-3.0-or-later; learned from drawn signs and from street and road photos that are research "
    "material and not part of the project"
)
Figures = Mapping[str, tuple[int, Measured, Measured]]


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """What was measured.

    Attributes
    ----------
    crops
        Set > superclass > signs and the share that was told.
    scales
        The calibration.
    held_out
        AUC per score and variable, on boxed street views, cross-validated.
    photos
        Per score: photos that show it, AUC, average precision; boxed and ordinary street views.
    scenes
        As ``photos``, per superclass: signs, AP50 and recall in German scenes, found and told.
    spoken
        Set > variable > how often a cue speaks and is right.
    dev
        As ``photos``, on the development photos.
    grounds
        Real white triangles, and how many were taken for yellow ones.
    error
        ONNX against torch.
    learned
        What > how many were learned from.
    shares
        Tag > share of tagged street views.
    """

    crops: Mapping[str, Crops]
    scales: SceneScales
    held_out: Mapping[str, Measured]
    photos: Figures
    scenes: Figures
    spoken: Mapping[str, Mapping[str, Spoken]]
    dev: Figures
    grounds: tuple[int, int]
    error: float
    learned: Mapping[str, int]
    shares: Mapping[str, float]


_CARD = """\
# Sign network

Looks closely at what the furniture detector takes for signs (probability from 0.02, 6 px, at most
twelve a photo) and tells {kinds} kinds, "none" among them. A small residual network on squares of
32 px, made here from scratch: first it learned from {drawn} kinds of signs drawn by
`detectors/training/signs_draw.py` under blur, noise, fading and compression and from German sign
crops, then from signs in street views and from what the furniture detector takes for signs.

- Licence: {licence}
- Learned from: {learned}
- Weights in 16 bits; ONNX against torch: {error:.4f} of the spread.
- Train again: `clues train signs --data .../shared/data --out ...`

## Signs that were cut out
Share told by superclass (95 % interval). Street views: each photo by the one of {folds} networks
that did not learn from it; the shipped network learned from all. "none" are poles, plates and the
like. A sign whose label allows several superclasses counts as told by any.

{crops}
## German scenes, found and told
By both shipped networks, in scenes of the test part, from which neither learned. What may be a sign
scores for a superclass as the detector's probability times the share that this network gives it; an
overlap of a half counts. "all" are the superclasses together: a sign that is told wrongly is
missed, and a false alarm besides. Recall is at {false} false boxes a photo.

{scenes}
## Whole photos
Out of fold: the signs were found by furniture heads that had not seen the photo, and judged by
networks that had not. "Boxed" photos were chosen for their objects and have 640 px; "ordinary" ones
are tagged street views of 304 px.

| score | photos that show it | AUC, boxed | AUC, boxed and ordinary | AP, boxed and ordinary |
|---|--:|---|---|---|
{photos}
On the development photos, which nothing was fitted on:

| score | photos that show it | AUC | AP |
|---|--:|---|---|
{dev}
## Cues
`signs.warning-shape` and `signs.warning-background`: a multinomial regression of triangle, diamond
and none on the photo's two scores gives how likely each is, moved to how rare such signs are on
ordinary street views ({triangles:.2f} % triangles, {diamonds:.2f} % diamonds, by the tags). As far
as there may be no warning sign, the values are alike; one shape counts at most {bound:.0f} times
the other. Yellow rectangles, discs and pentagons of America count as diamonds. How yellow triangles
look is known from drawn ones; what the network says of the ground counts half, twenty times for
white and four times for yellow at most. Of {white} real white triangles (GTSRB and German scenes,
test) it took {yellow} for yellow.

A cue speaks from a ratio of 1.5 to 1; it is right if such a sign is there (for yellow: any diamond
or triangle). Among photos as they come, it would be right in this share of the cases (false alarms
on the ordinary photos stand for those on all tagged ones that were not boxed; the interval joins
the bad ends of both counts). A cue is on if the whole interval is above one half: with half of
its signs not there, it tells too little.

{right}
| photos | cue | number | with a warning sign | it spoke | right | on |
|---|---|--:|--:|--:|--:|---|
{spoken}
`signs.chevron`: AUC {chevron}; {chevron_on}.

## Limits
What the furniture detector does not find is not looked at. Warning signs are rare: few photos
measured this, and intervals are wide. Real yellow triangles and red rings on yellow were not among
the photos with boxes.
"""


def describe(out_dir: Path, results: Results) -> None:
    """Write the card and the network's metrics."""
    shape, ground = results.scales.choices
    enabled = {scale.variable: scale.enabled for scale in (shape, ground, *results.scales.binary)}
    photos = "".join(
        f"| {tag} | {count} | {number(results.held_out[tag])} | {number(auc)} | {number(ap)} |\n"
        for tag, (count, auc, ap) in results.photos.items()
    )
    dev = "".join(
        f"| {tag} | {count} | {number(auc)} | {number(ap)} |\n"
        for tag, (count, auc, ap) in results.dev.items()
    )
    spoken = "".join(
        f"| {name} | {variable} | {row.photos} | {row.shown} | {row.spoke} | {row.right} | "
        f"{'yes' if enabled[variable] else 'no'} |\n"
        for name, own in results.spoken.items()
        for variable, row in own.items()
    )
    card = _CARD.format(
        kinds=len(KINDS),
        drawn=len(signs_draw.DRAWN),
        licence=LICENCE,
        learned=", ".join(f"{count:,} {what}" for what, count in results.learned.items()),
        error=results.error,
        folds=FOLDS,
        crops="".join(_crops(name, rows) for name, rows in results.crops.items()),
        scenes=scene_table(results.scenes),
        false=FALSE_PER_PHOTO,
        photos=photos,
        dev=dev,
        triangles=100 * results.shares["warn-triangle"],
        diamonds=100 * results.shares["warn-yellow"],
        bound=math.exp(shape.bound),
        spoken=spoken,
        right="".join(
            f"- {scale.variable}: {number(results.held_out[scale.variable + ', right'])}\n"
            for scale in (shape, ground)
        ),
        white=results.grounds[0],
        yellow=results.grounds[1],
        chevron=number(results.held_out.get(CHEVRON_VARIABLE, ())),
        chevron_on="on" if enabled.get(CHEVRON_VARIABLE) else "off, as few photos show one",
    )
    (out_dir / f"{NAME}.md").write_text(card, encoding="utf-8")
    metrics: dict[str, Measured] = {
        f"{name} told, {place}": measured
        for place, rows in results.crops.items()
        for name, (_, measured) in rows.items()
    }
    metrics |= {f"{scale} AUC": results.held_out[scale] for scale in enabled}
    record_weights(out_dir / NETWORK_FILE, NAME, LICENCE, classes=KINDS, metrics=metrics)


def scene_table(rows: Figures) -> str:
    """Return signs, AP50 and recall per superclass as a table."""
    text = "| superclass | signs | AP50 | recall |\n|---|--:|---|---|\n"
    return text + "".join(
        f"| {name} | {signs} | {number(precision)} | {number(recall)} |\n"
        for name, (signs, precision, recall) in rows.items()
    )


def _crops(name: str, rows: Crops) -> str:
    text = f"| {name} | signs | told |\n|---|--:|---|\n"
    return text + "".join(f"| {k} | {n} | {number(m)} |\n" for k, (n, m) in rows.items()) + "\n"
