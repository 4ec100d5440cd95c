"""Editorial rules, as YAML that enthusiasts can correct."""

from functools import cache
from pathlib import Path
from typing import Any

from clues.knowledge.yaml import read_yaml


@cache
def rules(name: str) -> Any:
    """Return the rules of one file beside this one, without its ``.yaml``."""
    return read_yaml(Path(__file__).parent / f"{name}.yaml")
