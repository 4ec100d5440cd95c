import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from clues.knowledge import load_kb
from clues.knowledge.schema import schemas
from clues.knowledge.yaml import read_yaml
from clues.paths import KB_DIR

KB = load_kb()
CLUE = {
    "id": "vegetation.palm.coast",
    "cue": "vegetation.palm",
    "says": "Palms line the coast.",
    "where": {"ES-AN": "common", "BR": 0.2, "europe": {"seen": 1, "of": 30}},
    "sources": [{"url": "https://example.org", "checked": "2026-11-28"}],
    "since": "2026-11-28",
}


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schemas(KB.variables)[name]))


def plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(one) for one in data]
    return data.isoformat() if isinstance(data, date) else data


SETTINGS = json.loads((KB_DIR.parent / ".vscode" / "settings.json").read_text("utf-8"))
FILES = {Path(name).name: pattern for name, pattern in SETTINGS["yaml.schemas"].items()}


@pytest.mark.parametrize("name", FILES)
def test_an_editor_finds_no_fault_in_the_knowledge_base(name: str):
    check = validator(name)
    paths = sorted(KB_DIR.parent.glob(FILES[name]))
    assert paths
    for path in paths:
        data = plain(read_yaml(path))
        assert [error.message for error in check.iter_errors(data)] == [], path


def test_every_file_that_people_write_has_a_schema():
    written = {
        path
        for part in ("clues", "cues", "scenes", "quiz", "tables")
        for path in (KB_DIR / part).rglob("*.yaml")
    }
    known = {path for pattern in FILES.values() for path in KB_DIR.parent.glob(pattern)}
    others = {path.relative_to(KB_DIR).as_posix() for path in written - known}
    plates = {"tables/plates/_plain.yaml", "tables/plates/_written.yaml"}
    assert others == {*plates, "tables/brands/stop-words.yaml"}


@pytest.mark.parametrize(
    "change",
    [
        {"where": {"ES": "often"}},
        {"where": {"ES": 1.0}},
        {"where": {}},
        {"wher": {"ES": "common"}},
        {"cue": "palm"},
        {"sources": []},
        {"status": "certain"},
    ],
)
def test_an_editor_underlines_what_is_wrong(change: dict[str, Any]):
    check = validator("clues.json")
    assert check.is_valid([CLUE])
    assert not check.is_valid([{**CLUE, **change}])


def test_the_schemas_kept_are_those_that_the_program_writes():
    # new cues need no new schema: one that was added since is accepted, only not offered
    for name, text in schemas(KB.variables).items():
        kept = json.loads((KB_DIR / "schema" / name).read_text("utf-8"))
        assert without_cues(kept) == without_cues(json.loads(text)), "run `clues kb schema`"


def test_editors_are_told_which_schema_is_whose():
    assert set(FILES) == set(schemas(KB.variables))
    kept = {path.name for path in (KB_DIR / "schema").glob("*.json")}
    assert kept == set(FILES)


def without_cues(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {k: without_cues(v) for k, v in schema.items() if k not in KB.variables}
    if isinstance(schema, list):
        return [without_cues(one) for one in schema if one not in list(KB.variables)]
    return schema
