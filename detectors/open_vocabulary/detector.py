"""Look for cues by their prompts: an enthusiast's new cue needs no training.

A cue variable in ``kb/cues`` may carry ``prompts``: names of what is to be seen. Where the user has
fetched the weights, YOLO-World looks for them. Its scores are not calibrated on street photos, so
that a finding speaks for its cue, within narrow bounds, and no finding says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from clues.cue import Cue
from clues.errors import CluesError
from clues.knowledge import Kind, load_kb
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.clip.texts import encode
from detectors.downloads import CATALOGUE, fetched, models_dir
from detectors.likelihood import binary_cue
from detectors.open_vocabulary.world import World
from detectors.shipped import reported

NAME = "open_vocabulary"
TEXT_FILE = "ViT-B-32.pt"
# The best that the user has is used.
WORLD_FILES = ("yolov8l-worldv2.pt", "yolov8m-worldv2.pt", "yolov8s-worldv2.pt")
FLOOR = 0.1
# A finding at this score is as probable without the thing as with it; nothing was measured, so
# the ratio grows with the odds of the score from here, and is bounded.
_EVEN = 0.1
_MAX_LOG_RATIO = math.log(8)


class OpenVocabularyDetector:
    """Reports what prompts of the knowledge base find.

    Parameters
    ----------
    world
        The network, with the prompts set.
    variables
        Cue variable > its prompts.
    version
        Of the weights.
    """

    name = NAME

    def __init__(
        self, world: World, variables: Mapping[str, Sequence[str]], version: str = "0"
    ) -> None:
        self.world = world
        self.version = version
        self._variables = {prompt: name for name, own in variables.items() for prompt in own}
        self.variables = frozenset(variables)

    def detect(self, photo: Photo) -> list[Cue]:
        """Return a cue for each variable of which something was found, from its surest box."""
        cues: dict[str, Cue] = {}
        for one in self.world.find(photo, FLOOR):
            variable = self._variables[one.kind]
            if variable in cues:
                continue
            score = min(one.score, 1 - 1e-6)
            ratio = math.log(score / (1 - score)) - math.log(_EVEN / (1 - _EVEN))
            cue = binary_cue(
                variable,
                min(max(ratio, 0.0), _MAX_LOG_RATIO),
                detector=NAME,
                seen=f"{one.kind} at {one.score:.2f}, not calibrated",
                box=one.box,
            )
            if cue is not None:
                cues[variable] = cue
        return list(cues.values())


def prompted(without: frozenset[str] = frozenset()) -> dict[str, tuple[str, ...]]:
    """Return the binary cue variables that carry prompts; a prompt belongs to the first of them."""
    taken: set[str] = set()
    found = {}
    for variable in load_kb().variables.values():
        own = tuple(prompt for prompt in variable.prompts if prompt not in taken)
        if own and variable.kind is Kind.BINARY and variable.id not in without:
            found[variable.id] = own
            taken.update(own)
    return found


def create(folder: Path | None = None, *, everything: bool = False) -> OpenVocabularyDetector:
    """Make the detector from weights that the user has fetched.

    Parameters
    ----------
    folder
        Of the weights; the user's by default.
    everything
        Look also for what a shipped detector reports, which was measured.

    Raises
    ------
    CluesError
        If the weights are missing; says how to get them.
    """
    worlds = [path for name in WORLD_FILES if (path := fetched(name, folder))]
    text = fetched(TEXT_FILE, folder)
    if not worlds or text is None:
        raise CluesError(
            f"Looking for prompts needs weights in {folder or models_dir()}; type: "
            f"clues models pull {WORLD_FILES[-1]} {TEXT_FILE}"
        )
    variables = prompted(frozenset() if everything else reported(WEIGHTS_DIR))
    prompts = [prompt for own in variables.values() for prompt in own]
    world = World(worlds[0], prompts, encode(prompts, text))
    return OpenVocabularyDetector(world, variables, CATALOGUE[worlds[0].name].sha256[:12])
