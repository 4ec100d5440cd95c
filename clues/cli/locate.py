"""`clues locate`, `clues cues` and `clues ask`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from clues.cli import optional
from clues.cli.complaint import complain
from clues.cli.optional import AskModel, ModelName, SendPhoto, WithOptions, chosen, say_spent
from clues.cli.output import Format, Writer
from clues.cue import Cue
from clues.errors import CluesError, PhotoError, UnknownCueError

if TYPE_CHECKING:
    from clues.photo import Photo
    from clues.pipeline import Extraction, Location


Photos = Annotated[
    list[Path] | None, typer.Argument(metavar="PHOTO...", help="Photos, or folders of photos.")
]
CueOptions = Annotated[
    list[str] | None,
    typer.Option("--cue", metavar="VARIABLE=VALUE", help="A cue that you saw yourself."),
]
TextOptions = Annotated[
    list[str] | None,
    typer.Option("--text", metavar="WORDS", help="A line that you read in the photo yourself."),
]
WithoutOptions = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="NAME", help="Leave out a cue, family or detector."),
]
WithinOptions = Annotated[
    list[str] | None,
    typer.Option("--within", metavar="CODE", help="A region the place is known to lie in."),
]
KeepPlates = Annotated[
    bool, typer.Option("--keep-plates", help="Leave plates and faces in what is written.")
]
PriorOption = Annotated[
    str,
    typer.Option("--prior", help="street-view, population, uniform-land, or a CSV/GeoJSON file."),
]


def locate(
    photos: Photos = None,
    output: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.TEXT,
    top: Annotated[int, typer.Option(min=1, max=50, help="Regions to show per level.")] = 5,
    cue: CueOptions = None,
    text: TextOptions = None,
    without: WithoutOptions = None,
    within: WithinOptions = None,
    prior: PriorOption = "street-view",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write to this file (or folder for html).")
    ] = None,
    why: Annotated[
        str | None, typer.Option("--against", metavar="CODE", help="Explain against this region.")
    ] = None,
    keep_plates: KeepPlates = False,
    also: WithOptions = None,
    ask_model: AskModel = None,
    model: ModelName = None,
    yes_send_photo: SendPhoto = False,
) -> None:
    """Locate photos, or a set of cues, and say why."""
    from clues.photo import open_photo

    given = [parse_cue(one) for one in cue or []]
    read = "\n".join(text or [])
    if not photos and not given and not read.strip():
        raise CluesError("name at least one photo, --cue VARIABLE=VALUE, or --text WORDS.")
    added = chosen(also, ask_model, model, yes_send_photo)
    locator = optional.make_locator(with_detectors=bool(photos), also=added)

    def place(source: "Photo | None") -> "Location":
        return locator.locate(
            source, cues=given, text=read, without=without or (), within=within, prior=prior
        )

    paths = list(_expand(photos or []))
    writer = Writer(
        output, many=len(paths) > 1, top=top, out=out, against=why, keep_plates=keep_plates
    )
    if why is not None:
        locator.world.resolve(why)
    if len(paths) != 1:  # of many photos, a wrong option is noticed before the first
        bare = place(None)
        if not paths:
            writer.write("cues", bare)
    failed: list[str] = []
    try:
        for path in _with_progress(paths, shown=len(paths) > 1):
            try:
                photo = open_photo(path)
            except PhotoError as error:
                failed.append(str(error))
                continue
            writer.write(str(path), place(photo))
    finally:  # stopped with Ctrl-C, or by an error: what was located is not lost
        writer.close()
        say_spent(added)
    _report_failures(failed, len(paths))


def cues(
    photos: Photos = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line a photo.")] = False,
    without: WithoutOptions = None,
    keep_plates: KeepPlates = False,
    also: WithOptions = None,
    ask_model: AskModel = None,
    model: ModelName = None,
    yes_send_photo: SendPhoto = False,
) -> None:
    """Show the cues that the detectors see in photos."""
    from clues.photo import open_photo
    from clues.report.build import cue_entries, failure_entries
    from clues.report.private import without_plate_texts
    from clues.report.terminal import cues_table

    if not photos:
        raise CluesError("name at least one photo.")
    added = chosen(also, ask_model, model, yes_send_photo)
    locator = optional.make_locator(also=added)
    locator.locate(without=without or ())  # complains of an unknown name before any work
    failed: list[str] = []
    paths = list(_expand(photos))
    for path in paths:
        try:
            seen = locator.extract_cues(open_photo(path), without or ())
        except PhotoError as error:
            failed.append(str(error))
            continue
        if not keep_plates:
            seen = replace(seen, cues=tuple(without_plate_texts(seen.cues)))
        if as_json:
            typer.echo(_as_json(path, seen))
            continue
        entries = cue_entries(seen, locator.kb, locator.world)
        if len(paths) > 1:
            typer.echo(str(path))
        Console(highlight=False).print(cues_table(entries, failure_entries(seen)))
    say_spent(added)
    _report_failures(failed, len(paths))


def ask(
    photo: Annotated[Path | None, typer.Argument(help="A photo to start from.")] = None,
    cue: CueOptions = None,
    text: TextOptions = None,
    within: WithinOptions = None,
    prior: PriorOption = "street-view",
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Questions at the most.")] = 10,
) -> None:
    """Ask what to look for, question by question, and narrow the place down."""
    from clues.pipeline import Extraction
    from clues.report.build import build
    from clues.report.terminal import standing

    locator = optional.make_locator(with_detectors=photo is not None)
    given, read = [parse_cue(one) for one in cue or []], "\n".join(text or [])
    extraction = locator.extract_cues(photo) if photo else Extraction(())
    skipped: set[str] = set()
    console = Console(highlight=False)
    for _ in range(rounds):
        found = locator.locate(
            None, extraction=extraction, cues=given, text=read, within=within, prior=prior
        )
        console.print(standing(build(found)))
        questions = [q for q in found.questions(20) if q.variable.id not in skipped]
        if not questions:
            break
        variable = questions[0].variable
        values = variable.value_ids
        console.print(f"\n{variable.question}  ({questions[0].bits:.2f} bits expected)")
        for number, value in enumerate(values, 1):
            console.print(f"  {number}  {variable.label(value)}", markup=False, highlight=False)
        answer = typer.prompt("Number, Enter if you cannot tell, q to stop", default="").strip()
        if answer.lower().startswith("q"):
            break
        if answer.isdigit() and 1 <= int(answer) <= len(values):
            given.append(Cue.certain(variable.id, values[int(answer) - 1]))
        else:
            skipped.add(variable.id)


def parse_cue(text: str) -> Cue:
    """Return the cue of an option; see `Cue.from_text`."""
    try:
        return Cue.from_text(text)
    except ValueError:
        raise UnknownCueError(
            f"'{text:.60}' is no cue; write --cue traffic.driving-side=left."
        ) from None


def _as_json(path: Path, seen: "Extraction") -> str:
    cues_ = [cue.model_dump(mode="json") for cue in seen.cues]
    failures = [{"detector": f.detector, "message": f.message} for f in seen.failures]
    return json.dumps({"file": str(path), "cues": cues_, "failures": failures}, ensure_ascii=False)


def _expand(photos: Sequence[Path]) -> Iterator[Path]:
    from clues.photo import find_photos

    for path in photos:
        if path.is_dir():
            inside = find_photos(path)
            if not inside:
                raise CluesError(f"{path}: this folder holds no photos.")
            yield from inside
        else:
            yield path


def _with_progress(paths: Sequence[Path], *, shown: bool) -> Iterator[Path]:
    columns = (TextColumn("locating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as progress:
        yield from progress.track(paths)


def _report_failures(failed: Sequence[str], total: int) -> None:
    if not failed:
        return
    for message in failed:
        complain(message)
    if total > 1:
        complain(f"{len(failed)} of {total} photos could not be read.")
    raise typer.Exit(1)
