"""`clues fit`: learn from labelled photos how far to trust each family of cues."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
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
from clues.paths import KB_DIR

_SHOWN = 10  # countries with the largest and the smallest factors


def fit(
    manifest: Annotated[Path, typer.Argument(help="CSV: file, lat, lon (or country).")],
    where: Annotated[list[str] | None, typer.Option(help="Rows to use, such as split=val.")] = None,
    folds: Annotated[int, typer.Option(min=2, max=50, help="Of the cross-validation.")] = 5,
    write: Annotated[bool, typer.Option("--write", help="Write kb/fusion.yaml.")] = False,
    also: WithOptions = None,
    ask_model: AskModel = None,
    model: ModelName = None,
    yes_send_photo: SendPhoto = False,
) -> None:
    """Fit weights of families and countries to photos with known countries, and cross-validate.

    The photos must be ones that no detector was trained on. What detectors see is kept in a cache.
    """
    import numpy as np

    from clues.cli.evaluate import extracted, truths_of
    from clues.evaluation.crossval import cross_validate
    from clues.evaluation.fit import country_samples
    from clues.evaluation.fit import fit as run
    from clues.inference import Tables
    from clues.knowledge.edit import save_fusion
    from clues.regions.prior import prior

    added = chosen(also, ask_model, model, yes_send_photo)
    locator = locator_with(added)
    seen, _ = extracted(locator, truths_of(locator, manifest, where or []))
    say_spent(added)
    if len(seen) < folds:
        raise CluesError(f"{manifest}: {len(seen)} readable photos are too few for {folds} folds.")
    designed = locator.kb.settings.as_designed()
    tables = Tables(locator.kb, locator.world)
    samples, log_prior = country_samples(tables, np.exp(prior(locator.world)), seen)
    held = cross_validate(samples, log_prior, designed, folds)
    provenance = (
        f"Maximum likelihood of the true country on {len(samples)} photos of {manifest.stem}, "
        f"regularised towards the designed values; {folds}-fold cross-validated log-loss "
        f"{held.designed_bits:.2f} bits designed, {held.fitted_bits:.2f} bits fitted."
    )
    found = run(samples, log_prior, designed, provenance, locator.world.of_level("country"))
    table = Table("family", "weight", "redundancy", "background", box=None)
    for family, settings in found.settings.families.items():
        row = (settings.weight, settings.redundancy, settings.background)
        table.add_row(family, *(f"{value:.3f}" for value in row))
    Console().print(table)
    factors = sorted(found.settings.countries.items(), key=lambda item: -item[1])
    few = [*factors[:_SHOWN], *factors[-_SHOWN:]] if len(factors) > 2 * _SHOWN else factors
    typer.echo("countries: " + ", ".join(f"{code} {factor:.2f}" for code, factor in few))
    typer.echo(provenance)
    if write:
        save_fusion(KB_DIR / "fusion.yaml", found.settings)
        typer.echo(f"wrote {KB_DIR / 'fusion.yaml'}")
