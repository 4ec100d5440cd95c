"""JSON Schemas of the knowledge base's files, so that an editor completes and checks them.

An editor that knows YAML (VS Code with the YAML extension, say) offers fields, cues and frequency
words as one types, and underlines what is wrong. `clues kb lint` checks more.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from clues.knowledge.model import FREQUENCY_WORDS, Clue, FusionSettings, Variable
from clues.knowledge.quiz import Question
from clues.knowledge.scenes import Scene
from clues.knowledge.tables import (
    Alias,
    PhoneTable,
    PlateTable,
    PostcodeTable,
    RoadNumbers,
    WordEntry,
)

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NOTES = {
    "id": "The cue, a dot, and a few words of your own. It never changes.",
    "cue": "What is seen: an entry of kb/cues.",
    "value": "Which value of the cue; left out where it is simply seen or not seen.",
    "says": "One sentence in your own words: what is seen, and where.",
    "where": "Regions and how often it is seen there; the most specific region wins.",
    "elsewhere": "How often in all regions that no clue names; left out, it is rare.",
    "sources": "Pages that support it, and the day each was looked at.",
    "counterexamples": "Where it misleads.",
    "since": "The day it was written.",
}


def schemas(variables: Mapping[str, Variable]) -> dict[str, str]:
    """Return the text of each schema by file name (`.vscode/settings.json` says whose it is)."""
    lists = {
        "clues": ("Clues (kb/clues)", _clue(variables)),
        "cues": ("Cues (kb/cues)", _cue()),
        "scenes": ("Golden scenes (kb/scenes)", _scene(variables)),
        "quiz": ("Quiz (kb/quiz)", _question(variables)),
    }
    records: dict[str, tuple[str, type[BaseModel]]] = {
        "fusion": ("Fusion's settings (kb/fusion.yaml)", FusionSettings),
        "plates": ("Number plates of a country (kb/tables/plates)", PlateTable),
        "phones": ("Area codes of a country (kb/tables/phones)", PhoneTable),
    }
    maps: dict[str, tuple[str, type[BaseModel]]] = {
        "postcodes": ("Postcodes by country", PostcodeTable),
        "road-numbers": ("Ways to number roads", RoadNumbers),
        "street-words": ("Words on streets and shops", WordEntry),
        "region-aliases": ("Codes that stand for other regions", Alias),
    }
    found = {name: _text(title, item, "array") for name, (title, item) in lists.items()}
    for name, (title, model) in records.items():
        found[name] = _text(title, model.model_json_schema())
    for name, (title, model) in maps.items():
        found[name] = _text(title, model.model_json_schema(), "object")
    return {f"{name}.json": text for name, text in found.items()}


def _clue(variables: Mapping[str, Variable]) -> dict[str, Any]:
    schema = Clue.model_json_schema()
    fields = schema["properties"]
    for hidden in ("file", "line"):
        fields.pop(hidden, None)
    for name, note in _NOTES.items():
        fields[name]["description"] = note
    fields["cue"] = {**fields["cue"], **_suggest(variables, fields["cue"])}
    often = _frequency(schema)
    fields["where"]["additionalProperties"] = often
    fields["where"].pop("patternProperties", None)
    fields["elsewhere"] = {**often, "description": _NOTES["elsewhere"]}
    fields["value"]["type"] = ["string", "number"]
    return schema


def _cue() -> dict[str, Any]:
    schema = Variable.model_json_schema()
    schema["properties"]["values"] = {
        "description": "The exclusive values: a list, or value and label.",
        "anyOf": [
            {"type": "array", "items": {"type": ["string", "number"]}},
            {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
        ],
    }
    return schema


def _scene(variables: Mapping[str, Variable]) -> dict[str, Any]:
    schema = _with_cues(Scene.model_json_schema(), variables)
    expected = schema["$defs"]["Expectation"]["properties"]
    expected["not_first"] = _one_or_more(expected["not_first"])
    return schema


def _question(variables: Mapping[str, Variable]) -> dict[str, Any]:
    schema = _with_cues(Question.model_json_schema(), variables)
    schema["properties"]["expect"] = _one_or_more(schema["properties"]["expect"])
    return schema


def _with_cues(schema: dict[str, Any], variables: Mapping[str, Variable]) -> dict[str, Any]:
    fields = schema["properties"]
    for hidden in ("file", "line"):
        fields.pop(hidden, None)
    fields["cues"] = {
        "description": "What is seen: cue and value, or a list where a cue is reported twice.",
        "anyOf": [
            fields["cues"],
            {
                "type": "object",
                "minProperties": 1,
                "properties": dict.fromkeys(sorted(variables), True),
                "additionalProperties": {"type": ["string", "number"]},
            },
        ],
    }
    return schema


def _one_or_more(codes: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "string"}, codes]}


def _suggest(variables: Mapping[str, Variable], field: dict[str, Any]) -> dict[str, Any]:
    """Let an editor offer the known cues, yet accept one that was added since."""
    known = {"enum": sorted(variables)}
    return {"anyOf": [known, {"type": "string", "pattern": field["pattern"]}]}


def _frequency(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": ", ".join(f"{word} {share:g}" for word, share in FREQUENCY_WORDS.items()),
        "anyOf": [
            {"enum": list(FREQUENCY_WORDS)},
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            {"$ref": "#/$defs/Seen"},
        ],
    }


def _text(title: str, item: dict[str, Any], holder: str = "") -> str:
    """Return the schema of a record, or of an array or object that holds such."""
    definitions = item.pop("$defs", {})
    held = {"array": {"items": item}, "object": {"additionalProperties": item}}
    body = {"type": holder, **held[holder]} if holder else item
    head = {"$schema": _DIALECT, "title": title}
    whole = {**head, **body, "title": title, "$defs": definitions}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
