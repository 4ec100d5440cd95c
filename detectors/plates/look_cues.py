"""From a plate's look to cues."""

from __future__ import annotations

from clues.cue import Box, Cue
from detectors.likelihood import binary_cue
from detectors.plates.look import COLOURS, Look

STRIP_VARIABLE = "plates.blue-strip-left"
# Values that no single plate tells apart get the mean of all colours, which says nothing.
COLOUR_VARIABLES = {
    "plates.front-colour": (*COLOURS, "orange", "none"),
    "plates.rear-colour": (*COLOURS, "orange", "picture"),
}
ROWS_VARIABLE = "plates.two-line-truck"
# Two rows are hardly ever told of a plate with one (see the card). But some cars carry them where
# few do, so that one plate says less: this is set by hand.
_TWO_ROWS_LOG_RATIO = 2.0
LOOK_VARIABLES = frozenset({STRIP_VARIABLE, *COLOUR_VARIABLES})
# The photo does not tell whether a plate is a front or a rear one, so that half of the time its
# colour says nothing about the other kind.
_THIS_SIDE = 0.5
_CLEAR = 0.6  # a colour is reported if it has so much of the likelihood


def look_cues(look: Look, box: Box, *, sharp: bool, detector: str) -> list[Cue]:
    """Return the cues of a plate's colour and, if it is sharp, of its strip.

    Parameters
    ----------
    look
        Of the plate.
    box
        The plate's.
    sharp
        Whether it could be read: a blurred plate shows no strip, and no colour but yellow.
    detector
        Who reports it.
    """
    cues = []
    total = sum(look.colour.values())
    # White and black differ by their ink, and blue from shade hardly: blur leaves yellow alone.
    told = sharp or look.best == "yellow"
    if told and look.colour[look.best] >= _CLEAR * total:
        mean = total / len(look.colour)
        for variable, values in COLOUR_VARIABLES.items():
            likelihood = {
                value: _THIS_SIDE * look.colour.get(value, mean) + (1 - _THIS_SIDE) * mean
                for value in values
            }
            note = f"a {look.best} plate, front or rear"
            cues.append(
                Cue(variable=variable, likelihood=likelihood, box=box, detector=detector, note=note)
            )
    # Narrow and pale strips are missed (recall falls on other sources), so absence does not count.
    if sharp and look.strip > 0:
        seen = "left end of a plate that could be read"
        strip = binary_cue(STRIP_VARIABLE, look.strip, detector=detector, seen=seen, box=box)
        cues += [strip] if strip else []
    return cues


def rows_cue(box: Box, detector: str) -> Cue | None:
    """Return the cue of a plate whose number was read in two rows.

    One row says nothing: most two are missed, and cars with one are everywhere.
    """
    seen = "a number in two rows"
    return binary_cue(ROWS_VARIABLE, _TWO_ROWS_LOG_RATIO, detector=detector, seen=seen, box=box)
