"""The furniture detector's card and manifest entries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from detectors.furniture import CLASSES, MODEL
from detectors.objects import SHARE_BESIDE_LOOK
from detectors.scene.calibration import SceneScales
from detectors.training.boxes import Measured
from detectors.training.card import number, record_weights
from detectors.training.furniture_data import FOLDS
from detectors.training.furniture_measure import Together
from detectors.yolo import BACKBONE_FILE, NECK_FILE

LICENCE = (
    "AGPL-3.0 (YOLOv8n of ultralytics); what was learned on top is AGPL-3.0-or-later, from street "
    "and road photos that are research material and not part of the project"
)
Rows = dict[str, tuple[int, Measured, Measured]]


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """What was measured.

    Attributes
    ----------
    street, german
        Boxes, AP50 and recall per class, on street views (cross-validated) and German scenes.
    scales
        The calibration.
    held_out
        AUC per variable, on street views, cross-validated.
    dev
        Positives and AUC per variable on the dev photos.
    together
        With the scene model's look, on the dev photos.
    error
        ONNX against torch.
    photos
        Street views.
    """

    street: Rows
    german: Rows
    scales: SceneScales
    held_out: dict[str, Measured]
    dev: dict[str, tuple[int, Measured]]
    together: dict[str, Together]
    error: float
    photos: int


_CARD = """\
# Furniture detector

Bollards, urban posts, bus stops, road signs by kind, traffic lights and poles by material, on the
shared backbone `{backbone}` and neck `{neck}`. Both are YOLOv8n's (Jocher et al. 2023) with its
COCO weights, frozen; a small head that looks at one cell of the neck's maps at a time was learned
from {photos} street views with boxes drawn by eye (three views each: itself, mirrored, an enlarged
part) and from 251 German road scenes, whose 31 signs were merged into superclasses. Background
that the first head took for objects was added, and the head was learned again.

- Licence: {licence}
- Input: RGB 0 to 1, long side 640 px; photos over 1,280 px as a whole and in four parts.
- Weights in 16 bits; ONNX against torch: {error:.4f} of the spread.
- Train again: `clues train furniture --data .../shared/data --out ...`

## Limits
The shipped head learned from all {photos} photos; the figures are those of {folds} heads that each
learned from two thirds of them and were measured on the rest. The photos were chosen for what
stands in them, so that objects are more common than on an average photo; a likelihood ratio does
not depend on that. In a part of them poles and traffic lights have no box; these photos do not
count for those classes. Composited bollards, rendered signs and the sets of palms and of Indian
poles were not used. Few boxes mean wide intervals.

Shape and ground of warning signs are judged by the sign network, which looks closely at what this
detector takes for signs; these cues are off by default (`clues models card signs`).

## Measured on street views (cross-validated by photo, 95 % interval)
Overlap of at least a half counts as found. Recall is at one false box in ten photos.

| class | boxes | AP50 | recall |
|---|---|---|---|
{street}
## Measured on German scenes held out by their source (30 photos)

| class | boxes | AP50 | recall |
|---|---|---|---|
{german}
## Cues
Platt scaling of the surest object's log-odds on the held-out street views. AUC there; and on the
dev photos, which nothing was fitted on, against tags given by eye at 300 px (a missing tag is a
weak negative). A cue whose interval includes chance is off by default, and so is one that the scene
or vehicle detector tells better alone.

| variable | AUC, held out | dev positives | AUC, dev | on |
|---|---|---|---|---|
{cues}
## Together with the scene model
Of these variables this detector reports what the objects and the scene model's look at the whole
photo say together: the log ratio by objects counts {share} beside the look's, since two looks at
one photo are not independent. That share is a round number, not fitted; others from 0.3 to 1 were
looked at on the dev photos too, and the AUCs hardly differ. Concrete poles, of which the objects
alone tell nothing sure, and wooden ones, where a gain cannot be told from none, are left to the
scene model. Measured on the dev photos, with the gain over the scene model alone paired by photo:

| variable | AUC, both | AUC, scene alone | gain | bits a photo less |
|---|---|---|---|---|
{together}"""


def describe(out_dir: Path, results: Results) -> None:
    """Write the card and the head's metrics."""
    enabled = {scale.variable: scale.enabled for scale in results.scales.binary}
    cues = ""
    for variable, value in results.held_out.items():
        positives, dev = results.dev.get(variable, (0, ()))
        on = "yes" if enabled[variable] else "no"
        cues += f"| {variable} | {number(value)} | {positives or ''} | {number(dev)} | {on} |\n"
    card = _CARD.format(
        backbone=BACKBONE_FILE,
        neck=NECK_FILE,
        photos=results.photos,
        licence=LICENCE,
        error=results.error,
        folds=FOLDS,
        street=_rows(results.street),
        german=_rows(results.german),
        cues=cues,
        share=SHARE_BESIDE_LOOK,
        together="".join(
            f"| {v} | {number(t.auc)} | {number(t.scene)} | {number(t.gain)} | {number(t.bits)} |\n"
            for v, t in results.together.items()
        ),
    )
    (out_dir / f"{MODEL.name}.md").write_text(card, encoding="utf-8")
    metrics: dict[str, Measured] = {}
    for place, rows in (("", results.street), (", German scenes", results.german)):
        for name, (_, precision, recall) in rows.items():
            metrics[f"{name} AP50{place}"] = precision
            metrics[f"{name} recall{place}"] = recall
    metrics |= {f"{variable} AUC": value for variable, value in results.held_out.items()}
    metrics |= {f"{variable} AUC, dev": value for variable, (_, value) in results.dev.items()}
    metrics |= {f"{variable} AUC, dev": row.auc for variable, row in results.together.items()}
    head = out_dir / MODEL.head_file
    record_weights(head, MODEL.name, LICENCE, classes=CLASSES, metrics=metrics)
    record_weights(out_dir / MODEL.scales_file, MODEL.name, LICENCE)


def _rows(rows: Rows) -> str:
    return "".join(
        f"| {name} | {boxes} | {number(precision)} | {number(recall)} |\n"
        for name, (boxes, precision, recall) in rows.items()
    )
