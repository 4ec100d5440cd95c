"""Options of commands that look at photos: detectors that run only when asked for."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from clues.cli.complaint import complain
from clues.detector import Detector, Metered, optional
from clues.errors import CluesError, ConsentError

if TYPE_CHECKING:
    from clues.pipeline import Locator

ASKED = "vision_language"

WithOptions = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="NAME", help="Also run this optional detector."),
]
AskModel = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Also ask a vision-language model at this address."),
]
ModelName = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="The model's name there.")
]
SendPhoto = Annotated[
    bool,
    typer.Option("--yes-send-photo", help="Let photos be sent to the address of --ask-model."),
]


def chosen(
    names: Sequence[str] | None, url: str | None, model: str | None, consent: bool
) -> list[str | Detector]:
    """Return the optional detectors that were asked for.

    One that is asked over the network is made at once, so that the person can be asked first
    whether photos may be sent.

    Raises
    ------
    ConsentError
        If they may not.
    CluesError
        If the address is none, or an option does not fit the others.
    """
    wanted: list[str | Detector] = [name for name in dict.fromkeys(names or ()) if name != ASKED]
    asks = url is not None or ASKED in (names or ())
    if not asks and (model or consent):
        raise CluesError("--model and --yes-send-photo belong to --ask-model URL.")
    return [*wanted, _asked(url, model, consent)] if asks else wanted


def make_locator(*, with_detectors: bool = True, also: Sequence[str | Detector] = ()) -> "Locator":
    """Return a locator of the installed detectors, or of none, and optional ones."""
    from clues.pipeline import Locator

    return Locator(also=also) if with_detectors else Locator(detectors=(), also=also)


def locator_with(also: Sequence[str | Detector]) -> "Locator":
    """Return a locator with all of these detectors, for what would mislead without one of them.

    Raises
    ------
    CluesError
        If one of them cannot be made.
    """
    locator = make_locator(also=also)
    for failure in locator.missing if also else ():
        if failure.detector in also:
            raise CluesError(f"{failure.detector}: {failure.message}")
    return locator


def _asked(url: str | None, model: str | None, consent: bool) -> Detector:
    entry = optional().get(ASKED)
    if entry is None:
        raise CluesError(f"the detector {ASKED} is not installed; install Clues again.")
    create = entry.load()
    made: Detector
    try:
        made = create(url, model, consent=consent)
    except ConsentError as error:
        if not sys.stdin.isatty():
            raise
        complain(str(error))
        if not typer.confirm("Send photos there?", err=True):
            raise ConsentError("nothing was sent.") from None
        made = create(url, model, consent=True)
    return made


def say_spent(also: Sequence[str | Detector]) -> None:
    """Say on standard error what detectors that cost something have spent."""
    for one in also:
        if isinstance(one, Metered):
            complain(one.spent())
