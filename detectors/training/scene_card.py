"""The model card of the scene model, written from what was measured."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detectors.scene.calibration import SceneScales
from detectors.training.metrics import auc
from detectors.training.scene_evaluate import DevReport, Measured

_INTRODUCTION = """\
# Scene model

Small networks look at the whole photo. Their heads report scene tags (vegetation,
architecture, road, poles ...) as calibrated likelihood ratios, and how likely such a photo is in
each of about two hundred parts of countries (geocells).

- Input: RGB, 304 x 288, `(value - 127) / 128`; wide and tall photos are covered by two or three
  views.
- The frozen network keeps its ImageNet weights. On its pooled maps stand ridge regression for tags,
  softmax regression with haversine-smoothed targets for cells (after PIGEON, Haas et al. 2023),
  the bias of the training photos taken out, and a kernel density over the training photos, found
  by the features of a classifier of fine cells (variant [L] of Vo et al. 2017). In use, it judges
  the place of a photo by the whole and by the mirror image of its middle; the figures below are
  of the whole alone.
- The fine-tuned networks (`scene_tuned.onnx`) learned the same cells and tags end to end, from
  their late blocks on, in small random crops with mixup; their outputs add to those of the frozen
  network (`scene.onnx`).
- Photos that show more of a town count more (from 0.2 to 2.2, before scaling to mean 1): most
  photos that people ask about show one, most training photos do not.
- All was learned twice: on four fifths of the training photos, to fit on the last fifth (split by
  half-degree blocks) for how long, how much each part's word counts, and all calibration; then, for
  what ships, on all of them. A fine-tuned network that ships is the mean of the weights of both
  runs (model soups, Wortsman et al. 2022). Nothing was fitted on the development photos.
- Weights are stored in 8 and 16 bits and restored to float32 on loading.

## Limits
Tags were labelled by eye at 300 px and a missing tag is only a weak negative. Photos are from
Street View: other cameras, night and indoor photos were not measured. Half of the places with
coordinates are in the US; many countries have fewer than ten photos. Values of a tag with few
positives are uncertain, as their intervals say. The held-out places are more like the training
photos than the development photos are, which lie at the outskirts of other towns. Boxes come
from class activation maps and are coarse. The figures below are of the heads before their weights
were rounded for storage; how little that changes is among the facts.

## How to train it again
`clues train scene --data ../shared/data/streetview --out runs/scene --install`; a run that was
stopped goes on where it was.

"""


def write_card(
    path: Path,
    facts: Mapping[str, str],
    tags: tuple[str, ...],
    held_out: npt.NDArray[np.floating],
    labels: npt.NDArray[np.bool_],
    scales: SceneScales,
    report: DevReport,
) -> None:
    """Write the card as Markdown.

    Parameters
    ----------
    path
        The file.
    facts
        Name to text, listed as they are.
    tags, held_out, labels
        Tags with their cross-validated scores and labels, shape (photos, tags).
    scales
        Says which tags are on.
    report
        What was measured on the development photos.
    """
    lines = [_INTRODUCTION, "## Facts\n"]
    lines += [f"- {name}: {text}" for name, text in facts.items()]
    lines += [f"\n## Places, on {report.photos} development photos (95 % interval)\n"]
    lines += [f"- {name}: {_number(value)}" for name, value in report.places.items()]
    off = [s.variable for s in scales.binary if not s.enabled]
    lines += ["\n## Tags\n", f"Off by default: {', '.join(off) or 'none'}.\n"]
    lines += ["| tag | held-out positives | AUC, held out | dev positives | dev AUC | dev AP |"]
    lines += ["|---|---|---|---|---|---|"]
    by_tag = {result.tag: result for result in report.tags}
    for column, tag in enumerate(tags):
        found = by_tag.get(tag)
        cells = [
            tag,
            str(int(labels[:, column].sum())),
            f"{auc(held_out[:, column], labels[:, column]):.3f}",
            str(found.positives) if found else "0",
            _number(found.auc) if found else "",
            _number(found.precision) if found else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["\n## Reliability of presence, held out\n", *_reliability(held_out, labels, scales)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _reliability(
    held_out: npt.NDArray[np.floating], labels: npt.NDArray[np.bool_], scales: SceneScales
) -> list[str]:
    """Return a table of predicted against observed frequency, over all binary tags."""
    said, seen = [], []
    for scale in scales.binary:
        log_odds = scale.slope * held_out[:, scale.tag] + scale.intercept
        said.append(1 / (1 + np.exp(-log_odds)))
        seen.append(labels[:, scale.tag])
    if not said:
        return ["No tag belongs to a cue variable."]
    probability, present = np.concatenate(said), np.concatenate(seen)
    rows = ["| predicted | photos | mean predicted | observed |", "|---|---|---|---|"]
    edges = (0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0001)
    for low, high in itertools.pairwise(edges):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            rows.append(
                f"| {low:.2f} to {min(high, 1):.2f} | {int(inside.sum())} "
                f"| {probability[inside].mean():.3f} | {present[inside].mean():.3f} |"
            )
    return rows


def _number(measured: Measured) -> str:
    digits = 0 if abs(measured[0]) > 10 else 3
    text = f"{measured[0]:.{digits}f}"
    if len(measured) == 3:
        text += f" ({measured[1]:.{digits}f} to {measured[2]:.{digits}f})"
    return text
