"""What all sessions share: the locator with its models, the borders, the sample photos.

Photos are never among it: they live in a session's own state and vanish with it.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import streamlit as st

from clues.pipeline import Locator


@st.cache_resource(show_spinner="Opening the knowledge base ...")
def locator() -> Locator:
    """Return the shared locator; detectors load with the first photo."""
    return Locator()


@st.cache_resource(show_spinner=False)
def borders(level: str = "country") -> dict[str, object]:
    """Return borders as GeoJSON for the map."""
    frame = locator().world.borders(level).copy()
    frame["geometry"] = frame.geometry.simplify(0.05, preserve_topology=True)
    found: dict[str, object] = json.loads(frame[["code", "name", "geometry"]].to_json())
    return found


def samples() -> dict[str, Path]:
    """Return the sample photos that installed packages ship, by title."""
    spec = find_spec("ultralytics")
    if spec is None or spec.origin is None:
        return {}
    bus = Path(spec.origin).parent / "assets" / "bus.jpg"
    return {"A bus in a street": bus} if bus.is_file() else {}
