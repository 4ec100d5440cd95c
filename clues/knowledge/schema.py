"""JSON Schemas of the knowledge base's files, so that an editor completes and checks them.

An editor that knows YAML (VS Code with the YAML extension, say) offers fields, cues and frequency
words as one types, and underlines what is wrong. `clues kb lint` checks more.
"""

import json
from collections.abc import Mapping
from typing import Any

from clues.knowledge.model import FREQUENCY_WORDS, Clue, Variable
from clues.knowledge.scenes import Scene

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
    """Return the text of each schema by file name, for the files of a folder of the same name."""
    return {
        "clues.json": _text("Clues (kb/clues)", _clue(variables)),
        "cues.json": _text("Cues (kb/cues)", _cue()),
        "scenes.json": _text("Golden scenes (kb/scenes)", _scene(variables)),
    }


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
    schema = Scene.model_json_schema()
    fields = schema["properties"]
    for hidden in ("file", "line"):
        fields.pop(hidden, None)
    value = {"type": ["string", "number"]}
    fields["cues"] = {
        "description": "What is seen: cue and value, or a list where a cue is reported twice.",
        "anyOf": [
            fields["cues"],
            {
                "type": "object",
                "minProperties": 1,
                "properties": dict.fromkeys(sorted(variables), True),
                "additionalProperties": value,
            },
        ],
    }
    codes = schema["$defs"]["Expectation"]["properties"]["not_first"]
    schema["$defs"]["Expectation"]["properties"]["not_first"] = {
        "anyOf": [{"type": "string"}, codes]
    }
    return schema


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


def _text(title: str, item: dict[str, Any]) -> str:
    definitions = item.pop("$defs", {})
    whole = {
        "$schema": _DIALECT,
        "title": title,
        "type": "array",
        "items": item,
        "$defs": definitions,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
