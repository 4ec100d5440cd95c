"""`clues evaluate`: measure on photos with known places."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from clues.cli.optional import (
    AskModel,
    ModelName,
    SendPhoto,
    WithOptions,
    chosen,
    locator_with,
    say_spent,
)
from clues.errors import CluesError
from clues.paths import cache_dir

if TYPE_CHECKING:
    from clues.evaluation.baselines import Way
    from clues.evaluation.manifest import Truth
    from clues.evaluation.report import Evaluation
    from clues.evaluation.run import Outcome
    from clues.pipeline import Extraction, Locator

_ERR = Console(stderr=True, highlight=False)


def evaluate(
    manifest: Annotated[Path, typer.Argument(help="CSV: file, lat, lon (or country).")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for report.html and report.json.")
    ] = None,
    reference: Annotated[
        list[Path] | None, typer.Option(help="Others' guesses: a CSV, or a folder of them.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option(help="Rows to use, such as split=val.")] = None,
    ablate: Annotated[bool, typer.Option(help="Leave each family out, and take it alone.")] = False,
    folds: Annotated[
        int, typer.Option(min=0, max=50, help="Fit fusion anew without each fold: cross-validate.")
    ] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Use the first N photos.")] = None,
    also: WithOptions = None,
    ask_model: AskModel = None,
    model: ModelName = None,
    yes_send_photo: SendPhoto = False,
) -> None:
    """Locate photos with known places, and report how well.

    What detectors see is kept in a cache: a run that was stopped goes on where it was.
    """
    added = chosen(also, ask_model, model, yes_send_photo)
    locator = locator_with(added)
    truths = truths_of(locator, manifest, where or [])[:limit]
    references = _references(reference or [], truths)  # a bad file is told before hours of looking
    seen, errors = extracted(locator, truths)
    say_spent(added)
    if not seen:
        raise CluesError(f"{manifest}: none of its photos could be read.")
    parts = [(locator, seen)]
    if folds:
        from clues.evaluation.crossval import refitted

        parts = list(track(refitted(locator, seen, folds), "fitting", folds, console=_ERR))
    result = replace(_measure(parts, manifest.stem, errors, ablate=ablate), references=references)
    _show(result)
    if out is not None:
        _write(result, out)


def truths_of(locator: "Locator", manifest: Path, where: Sequence[str]) -> "list[Truth]":
    """Read a manifest, keeping the rows that meet all COLUMN=VALUE conditions."""
    from clues.evaluation.manifest import read_manifest

    conditions = {}
    for text in where:
        column, equals, value = text.partition("=")
        if not equals:
            raise CluesError(f"--where {text:.40}: write COLUMN=VALUE, such as split=val.")
        conditions[column] = value
    return read_manifest(manifest, locator.world, conditions)


def extracted(
    locator: "Locator", truths: "Sequence[Truth]"
) -> "tuple[list[tuple[Truth, Extraction]], list[str]]":
    """Return what the detectors see in each photo, from the cache where it is, and the errors."""
    from clues.evaluation.cache import ExtractionCache
    from clues.evaluation.run import extractions

    cache = ExtractionCache(cache_dir() / "cues")
    seen: list[tuple[Truth, Extraction]] = []
    errors: list[str] = []
    found = extractions(locator, truths, cache)
    for truth, extraction in track(found, "looking", len(truths), console=_ERR):
        if isinstance(extraction, str):
            errors.append(extraction)
        else:
            seen.append((truth, extraction))
            errors += [f"{truth.file}: {f.detector}: {f.message}" for f in extraction.failures]
    return seen, errors


def _measure(
    parts: "Sequence[tuple[Locator, Sequence[tuple[Truth, Extraction]]]]",
    name: str,
    errors: Sequence[str],
    *,
    ablate: bool,
) -> "Evaluation":
    from clues.evaluation.baselines import ablations, baselines
    from clues.evaluation.report import Evaluation
    from clues.evaluation.run import evaluate as run
    from clues.pipeline import DEFAULT_PRIOR

    runs = {"clues": _by_file([o for one, own in parts for o in run(one, own)])}
    families = {cue.family for _, own in parts for _, e in own for cue in e.cues} if ablate else ()
    runs |= _each_way(parts, baselines(), "baselines")
    changed = _each_way(parts, dict(ablations(sorted(families))), "ablation")
    version = parts[0][0].kb.version
    return Evaluation(name, DEFAULT_PRIOR, version, runs, {}, changed, tuple(errors))


def _each_way(
    parts: "Sequence[tuple[Locator, Sequence[tuple[Truth, Extraction]]]]",
    ways: "Mapping[str, Way]",
    what: str,
) -> "dict[str, list[Outcome]]":
    """Locate each photo in each way: one photo after the other, whose evidence stays known."""
    from clues.evaluation.run import evaluate as run

    found: dict[str, list[Outcome]] = {label: [] for label in ways}
    photos = [(one, seen) for one, own in parts for seen in own]
    for one, seen in track(photos, what, console=_ERR) if ways else ():
        for label, way in ways.items():
            found[label] += run(one, [seen], way, explain=False)
    return {label: _by_file(outcomes) for label, outcomes in found.items()}


def _by_file(outcomes: "Sequence[Outcome]") -> "list[Outcome]":
    return sorted(outcomes, key=lambda outcome: outcome.file)


def _references(paths: Sequence[Path], truths: "Sequence[Truth]") -> dict[str, dict[str, float]]:
    """Return how far others' guesses are off, in km by photo, by the name of their file."""
    from clues.evaluation.summary import reference_distances

    files = [f for p in paths for f in (sorted(p.glob("*.csv")) if p.is_dir() else [p])]
    return {file.stem: reference_distances(file, truths) for file in files}


def _show(result: "Evaluation") -> None:
    from clues.evaluation.report import ablation_rows, metric_rows, reference_rows

    console = Console()
    table = Table("", *result.runs, box=None)
    for name, cells in metric_rows(result.runs):
        table.add_row(name, *cells)
    console.print(table)
    if result.references:
        others = Table("who", "photos", "score", "ours minus theirs", "p", "median km", box=None)
        for row in reference_rows(result):
            others.add_row(*row)
        console.print(others)
    if result.ablations:
        changed = Table("cues", "mean score", "country top-1", "log-loss, bits", box=None)
        for row in ablation_rows(result):
            changed.add_row(*row)
        console.print(changed)
    for message in result.errors[:20]:
        _ERR.print(message, markup=False, soft_wrap=True)


def _write(result: "Evaluation", out: Path) -> None:
    from clues.evaluation.report import as_html, as_json

    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "report.json").write_text(as_json(result), "utf-8")
        (out / "report.html").write_text(as_html(result), "utf-8")
    except OSError as error:
        raise CluesError(f"{out}: cannot be written ({error.strerror}).") from None
    typer.echo(f"wrote {out / 'report.html'} and {out / 'report.json'}")
