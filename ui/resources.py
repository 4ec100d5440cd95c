"""What all sessions share: the locator with its models, the borders, the sample photos.

Photos are never among it: they live in a session's own state and vanish with it.
"""

import json
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from clues.detector import Metered
from clues.errors import KnowledgeError
from ui.start import added

if TYPE_CHECKING:  # the first page is painted before the library is imported
    from clues.pipeline import Locator

# Puerta del Sol to Calle de Sevilla, the line that the sample's bus announces.
_BUS_PLACE = (40.417, -3.701)


@dataclass
class _Shared:
    locator: "Locator"


@dataclass(frozen=True)
class Sample:
    """A photo that an installed package ships, and where it was taken."""

    title: str
    path: Path
    place: tuple[float, float]


@st.cache_resource(show_spinner="Opening the knowledge base ...")
def _shared() -> _Shared:
    from clues.pipeline import Locator

    return _Shared(Locator(also=added))


def locator() -> "Locator":
    """Return the shared locator; detectors load with the first photo."""
    return _shared().locator


def reload_knowledge() -> None:
    """Read the knowledge base's files again; loaded models stay."""
    from clues.knowledge import load_kb

    shared = _shared()
    shared.locator = shared.locator.with_kb(load_kb())


def follow_knowledge() -> None:
    """Read the files again if somebody changed them; while they are broken, keep what was read."""
    from clues.knowledge.load import version_on_disk

    try:
        if version_on_disk() != locator().kb.version:
            reload_knowledge()
    except KnowledgeError as error:
        st.warning(f"The files changed on disk and cannot be read now: {error}")


@st.cache_resource(show_spinner=False)
def borders() -> bytes:
    """Return the borders of countries and subdivisions for the map: JSON, written once for all."""
    from clues.report.map_data import coded_borders

    found: dict[str, dict[str, object]] = {}
    for level in ("country", "subdivision"):
        coded = asdict(coded_borders(locator().world, level))
        found[level] = {**coded.pop("shapes"), **coded}
    return json.dumps(found).encode()


def samples() -> list[Sample]:
    """Return the sample photos that installed packages ship."""
    spec = find_spec("ultralytics")
    if spec is None or spec.origin is None:
        return []
    bus = Path(spec.origin).parent / "assets" / "bus.jpg"
    return [Sample("A bus in a street", bus, _BUS_PLACE)] if bus.is_file() else []


def spent() -> list[str]:
    """Return what detectors that ask a model over the network have asked; photos go there."""
    return [one.spent() for one in added if isinstance(one, Metered)]


def is_local() -> bool:
    """Whether the app serves this computer alone: only then may it read and write its files."""
    return st.get_option("server.address") in ("localhost", "127.0.0.1", "::1")
