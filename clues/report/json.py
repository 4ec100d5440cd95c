"""JSON: one object a photo, documented by docs/locate.schema.json.

``python -m clues.report.json`` writes the schema anew.
"""

import json
import re
from pathlib import Path
from typing import Any

from clues.paths import ROOT
from clues.report.models import LocationReport

# JSON allows them raw, terminals obey them.
_CONTROL = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
SCHEMA_FILE = ROOT / "docs" / "locate.schema.json"


def to_json(report: LocationReport, *, indent: int | None = 2) -> str:
    """Return a report as JSON; ``indent=None`` gives one line. NaN and infinity cannot occur."""
    text = json.dumps(report.model_dump(), indent=indent, ensure_ascii=False, allow_nan=False)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the output."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **LocationReport.model_json_schema(mode="serialization"),
    }


def write_schema(path: Path = SCHEMA_FILE) -> None:
    """Write the JSON Schema."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(json_schema(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_schema()
