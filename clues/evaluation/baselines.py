"""Baselines and ablations: the same photos, the same extractions, other ways to locate."""

from collections.abc import Callable, Iterator, Sequence

from clues.pipeline import Extraction, Location, Locator

Way = Callable[[Locator, Extraction], Location]


def baselines() -> dict[str, Way]:
    """Return the ways that every evaluation is compared with."""
    return {
        "uniform over land": lambda one, _: one.locate(
            None, extraction=Extraction(()), prior="uniform-land"
        ),
        "prior only": lambda one, _: one.locate(None, extraction=Extraction(())),
        "text only": lambda one, seen: one.locate(None, extraction=only(seen, {"text", "plates"})),
        "appearance only": lambda one, seen: one.locate(
            None, extraction=only(seen, {"appearance"})
        ),
    }


def ablations(families: Sequence[str]) -> Iterator[tuple[str, Way]]:
    """Yield, for each family, locating without it, then with it alone."""
    yield from ((f"without {family}", _without(family)) for family in families)
    yield from ((f"{family} alone", _alone(family)) for family in families)


def only(seen: Extraction, families: set[str]) -> Extraction:
    """Return an extraction reduced to some families."""
    kept = tuple(cue for cue in seen.cues if cue.family in families)
    return Extraction(kept, seen.failures, seen.seconds)


def _without(family: str) -> Way:
    return lambda one, seen: one.locate(None, extraction=seen, without=[family])


def _alone(family: str) -> Way:
    return lambda one, seen: one.locate(None, extraction=only(seen, {family}))
