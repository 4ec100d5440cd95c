"""A session's state: photos, what was seen in them, and what the person said."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import streamlit as st

from clues.cue import Cue
from clues.photo import Photo
from clues.pipeline import Extraction, Location
from ui.resources import locator


@dataclass
class Case:
    """One photo (or none: cues alone) under investigation.

    Attributes
    ----------
    strengths
        How far a cue counts, by its key: 0 is off, 1 as found.
    given
        The person's own cues.
    skipped
        Variables that the person cannot tell.
    """

    name: str
    photo: Photo | None = None
    extraction: Extraction = field(default_factory=lambda: Extraction(()))
    strengths: dict[str, float] = field(default_factory=dict)
    given: dict[str, Cue] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    truth: tuple[float, float] | None = None

    def cues(self) -> list[Cue]:
        """Return the detectors' cues at their present strength."""
        told = set(self.given)
        return [
            cue.tempered(self.strengths.get(cue_key(cue), 1.0))
            for cue in self.extraction.cues
            if cue.variable not in told and self.strengths.get(cue_key(cue), 1.0) > 0
        ]

    def locate(self, prior: str, within: list[str]) -> Location:
        """Fuse what is switched on; detectors do not run again."""
        seen = Extraction(tuple(self.cues()), self.extraction.failures, self.extraction.seconds)
        return locator().locate(
            None, extraction=seen, cues=self.given.values(), prior=prior, within=within or None
        )


def cue_key(cue: Cue) -> str:
    """Return a key that stays the same while a cue's strength changes."""
    box = cue.box.xyxy_px if cue.box else ()
    return f"{cue.detector}|{cue.variable}|{cue.note}|{box}"


def cases() -> dict[str, Case]:
    """Return this session's cases by key."""
    if "cases" not in st.session_state:
        st.session_state.cases = {}
    found: dict[str, Case] = st.session_state.cases
    return found


def add_photo(photo: Photo) -> str:
    """Run the detectors over a photo unless that was done, and return its case's key."""
    key = photo.sha256[:16]
    if key not in cases():
        with st.status(f"Looking at {photo.name} ...", expanded=False) as status:
            extraction = locator().extract_cues(photo)
            cases()[key] = Case(photo.name, photo, extraction)
            spent = sum(extraction.seconds.values())
            status.update(
                label=f"{photo.name}: {len(extraction.cues)} cues in {spent:.1f} s",
                state="complete",
            )
    return key


def tell(case: Case, cues: Iterable[Cue]) -> None:
    """Add a person's cues to a case."""
    for cue in cues:
        case.given[cue.variable] = cue
