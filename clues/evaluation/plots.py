"""Plots of an evaluation, as SVG text."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from clues.errors import MissingExtraError
from clues.evaluation import metrics
from clues.evaluation.run import Outcome

# Okabe and Ito's colours, which colour-blind readers can tell apart.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#888888"


def reliability(outcomes: Sequence[Outcome]) -> str:
    """Confidence in the first country against how often it is right."""
    confidence, correct = _confidence(outcomes)
    bins = metrics.reliability(confidence, correct)
    figure, axes = _figure("stated probability of the first country", "share that is right")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
    x, y, n = (np.array(column) for column in zip(*bins, strict=True))
    error = 1.96 * np.sqrt(np.maximum(y * (1 - y), 1e-9) / n)
    axes.errorbar(x, y, yerr=error, color=BLUE, marker="o", linewidth=1.5, capsize=2)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return _svg(figure)


def abstention(outcomes: Sequence[Outcome]) -> str:
    """Accuracy of the country as the least sure photos are left unanswered."""
    share, accuracy = metrics.accuracy_by_coverage(*_confidence(outcomes))
    figure, axes = _figure("share of photos answered", "country right")
    axes.plot(share, accuracy, color=BLUE)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return _svg(figure)


def error_distribution(runs: dict[str, Sequence[float]]) -> str:
    """Share of photos within a distance, for several runs."""
    figure, axes = _figure("distance, km", "share of photos within")
    for number, (name, km) in enumerate(runs.items()):
        ordered = np.sort(np.nan_to_num(np.asarray(km, float), nan=20_000.0))
        share = np.arange(1, len(ordered) + 1) / len(ordered)
        axes.plot(ordered, share, label=name, linewidth=2 if number == 0 else 1)
    axes.set(xscale="log", xlim=(1, 20_000), ylim=(0, 1))
    axes.legend(frameon=False, fontsize=7)
    return _svg(figure)


def recall_by_area(outcomes: Sequence[Outcome]) -> str:
    """Share of truths inside the 50 and 90 % credible areas, against the areas' median size."""
    placed = [o for o in outcomes if np.isfinite(o.km)]
    figure, axes = _figure("median area, km2", "share of truths inside")
    area = np.median([o.area_km2 for o in placed], axis=0)
    inside = np.mean([o.covered for o in placed], axis=0)
    axes.plot(area, inside, color=BLUE, marker="o")
    for x, y, share in zip(area, inside, (0.5, 0.9), strict=True):
        axes.annotate(f"{share:.0%} area", (x, y), textcoords="offset points", xytext=(6, -10))
        axes.plot([x], [share], color=GREY, marker="_", markersize=14)
    axes.set(xscale="log", ylim=(0, 1))
    return _svg(figure)


def family_bits(outcomes: Sequence[Outcome]) -> str:
    """Mean bits that each cue family adds to the true country, over photos where it spoke."""
    families = sorted({f for o in outcomes for f in o.family_bits})
    spoken = {f: [o.family_bits[f] for o in outcomes if f in o.family_bits] for f in families}
    families.sort(key=lambda f: float(np.mean(spoken[f])))
    figure, axes = _figure("mean bits towards the true country", "")
    values = [float(np.mean(spoken[f])) for f in families]
    error = [1.96 * float(np.std(spoken[f])) / np.sqrt(len(spoken[f])) for f in families]
    colours = [BLUE if v >= 0 else ORANGE for v in values]
    labels = [f"{f} ({len(spoken[f])})" for f in families]
    axes.barh(labels, values, xerr=error, color=colours, ecolor=GREY)
    axes.axvline(0, color=GREY, linewidth=0.8)
    return _svg(figure)


def _confidence(outcomes: Sequence[Outcome]) -> tuple[np.ndarray, np.ndarray]:
    confidence = np.array([o.confidence for o in outcomes])
    return confidence, np.array([float(o.country_rank == 1) for o in outcomes])


def _figure(x: str, y: str) -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("plots need matplotlib: pip install 'clues[evaluate]'.") from None
    figure = Figure(figsize=(4.6, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.set(xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    return figure, axes


def _svg(figure: Any) -> str:
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None}, transparent=True)
    text = stream.getvalue()
    return text[text.index("<svg") :]
