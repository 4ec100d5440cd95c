"""An evaluation as one record, as JSON and as one HTML page."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jinja2 import Environment, PackageLoader

from clues import __version__
from clues.evaluation import plots
from clues.evaluation.metrics import Interval
from clues.evaluation.run import Outcome
from clues.evaluation.summary import Metrics, compare_with, summarise

_WORST = 20


@dataclass(frozen=True)
class Evaluation:
    """All that was measured in one run.

    Attributes
    ----------
    runs
        Outcomes by name; the first is the run itself, the rest are baselines.
    references
        Others' distances in km by file, by name.
    ablations
        Outcomes by what was changed.
    """

    name: str
    prior: str
    kb_version: str
    runs: Mapping[str, Sequence[Outcome]]
    references: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ablations: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)
    errors: Sequence[str] = ()

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """The outcomes of the run itself."""
        return next(iter(self.runs.values()))


def as_json(evaluation: Evaluation) -> str:
    """Return metrics, comparisons and outcomes as JSON."""
    return json.dumps(
        {
            "name": evaluation.name,
            "clues": __version__,
            "kb": evaluation.kb_version,
            "prior": evaluation.prior,
            "metrics": {name: _plain(summarise(run)) for name, run in evaluation.runs.items()},
            "references": {
                name: _comparison(evaluation, reference)
                for name, reference in evaluation.references.items()
            },
            "ablations": {
                name: _plain(summarise(run)) for name, run in evaluation.ablations.items()
            },
            "outcomes": [outcome.as_dict() for outcome in evaluation.outcomes],
            "errors": list(evaluation.errors),
        },
        indent=1,
    )


def as_html(evaluation: Evaluation) -> str:
    """Return one self-contained HTML page."""
    loader = PackageLoader("clues.evaluation", "templates")
    template = Environment(loader=loader, autoescape=True).get_template("evaluation.html.j2")
    return template.render(
        name=evaluation.name,
        version=__version__,
        kb_version=evaluation.kb_version,
        prior=evaluation.prior,
        outcomes=evaluation.outcomes,
        runs=list(evaluation.runs),
        table=metric_rows(evaluation.runs),
        references=reference_rows(evaluation),
        plots=_plots(evaluation),
        ablations=ablation_rows(evaluation),
        worst=worst(evaluation.outcomes),
        times=_times(evaluation.outcomes),
        errors=evaluation.errors,
    )


def metric_rows(runs: Mapping[str, Sequence[Outcome]]) -> list[tuple[str, list[str]]]:
    """Return one row a metric: its name, and its text for each run."""
    tables = [summarise(run) for run in runs.values()]
    return [(name, [_text(name, table.get(name)) for table in tables]) for name in tables[0]]


def reference_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Return (who, photos, their score, ours minus theirs, p, their median km), worst first."""
    rows = []
    for name, reference in evaluation.references.items():
        theirs, difference, p = compare_with(evaluation.outcomes, reference)
        score = theirs["mean score"]
        rows.append((score, name, theirs, difference, p))
    rows.sort(key=lambda row: row[0].value if isinstance(row[0], Interval) else row[0])
    return [
        (
            name,
            f"{theirs['photos']:.0f}",
            f"{score:,.0f}",
            f"{difference:+,.0f}",
            f"{p:.4f}",
            f"{theirs['median km']:,.0f}",
        )
        for score, name, theirs, difference, p in rows
    ]


def ablation_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Return (cues, mean score, country top-1, log-loss) for each ablation."""
    rows = []
    for name, run in {"all": evaluation.outcomes, **evaluation.ablations}.items():
        table = summarise(run)
        names = ("mean score", "country top-1", "country log-loss, bits")
        rows.append((name, *(_text(n, table.get(n)) for n in names)))
    return rows


def worst(outcomes: Sequence[Outcome], top: int = _WORST) -> list[Outcome]:
    """Return the photos with the least probability on the true country, however sure."""
    wrong = [o for o in outcomes if o.country_rank != 1]
    return sorted(wrong, key=lambda o: np.log(max(o.country_p, 1e-12)) - o.confidence)[:top]


def _plots(evaluation: Evaluation) -> list[tuple[str, str]]:
    outcomes = evaluation.outcomes
    found = [
        ("Calibration: stated probability and how often it is right.", plots.reliability(outcomes)),
        ("Accuracy if the least sure photos go unanswered.", plots.abstention(outcomes)),
        (
            "Bits that each family adds to the true country where it spoke (photos).",
            plots.family_bits(outcomes),
        ),
    ]
    if any(np.isfinite(o.km) for o in outcomes):
        runs: dict[str, Sequence[float]] = {
            name: [o.km for o in run] for name, run in evaluation.runs.items()
        }
        runs |= {name: list(km.values()) for name, km in evaluation.references.items()}
        found.append(("Distance from the truth.", plots.error_distribution(runs)))
        found.append(("Recall and size of the credible areas.", plots.recall_by_area(outcomes)))
    return found


def _times(outcomes: Sequence[Outcome]) -> list[tuple[str, float]]:
    stages: defaultdict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for stage, seconds in outcome.seconds.items():
            stages[stage].append(seconds)
    return [(stage, float(np.mean(found))) for stage, found in sorted(stages.items())]


def _comparison(evaluation: Evaluation, reference: Mapping[str, float]) -> dict[str, object]:
    theirs, difference, p = compare_with(evaluation.outcomes, reference)
    return {"theirs": _plain(theirs), "ours minus theirs": _plain_value(difference), "p": p}


def _plain(table: Metrics) -> dict[str, object]:
    return {name: _plain_value(value) for name, value in table.items()}


def _plain_value(value: float | Interval) -> object:
    if isinstance(value, Interval):
        return {"value": value.value, "low": value.low, "high": value.high}
    return value


def _text(name: str, value: float | Interval | None) -> str:
    if value is None:
        return ""
    number = value.value if isinstance(value, Interval) else value
    if name.startswith("within") or "top-" in name or name.endswith(("covers", "ECE")):
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(number) >= 50 or name == "photos" else f"{value:.2f}"
