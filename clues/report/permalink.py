"""Cues as text short enough for a link, and back: a result is shared without its photo.

Two forms are read. People write ``vegetation.palm=present,traffic.driving-side=left``; the app
writes base64url of compressed JSON, which keeps every likelihood to three digits. Notes (writing
read in the photo) and boxes stay behind.
"""

import base64
import json
import zlib
from collections.abc import Iterable

from clues.cue import Cue
from clues.errors import CluesError

_MOST_TEXT = 20_000
_MOST_JSON = 400_000
_MOST_CUES = 200
_DIGITS = 3


def encode_cues(cues: Iterable[Cue]) -> str:
    """Return cues as text of letters, digits, ``-`` and ``_``."""
    rows = [[cue.variable, cue.detector, _scaled(cue)] for cue in cues]
    packed = zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cues(text: str) -> list[Cue]:
    """Return the cues of a link, in either form.

    Raises
    ------
    CluesError
        If the text is neither.
    """
    if len(text) > _MOST_TEXT:
        raise CluesError(f"The link's cues are over {_MOST_TEXT:,} characters; copy it again.")
    try:
        if "=" in text or "." in text:
            return [Cue.from_text(part) for part in text.split(",") if part.strip()][:_MOST_CUES]
        rows = json.loads(_unpacked(text))
        return [
            Cue(variable=variable, detector=detector, likelihood=likelihood)
            for variable, detector, likelihood in rows[:_MOST_CUES]
        ]
    except (ValueError, TypeError, KeyError, zlib.error):  # pydantic's and base64's are such
        raise CluesError(
            "The link's cues cannot be read; copy the whole link again, or write them as "
            "variable=value, separated by commas."
        ) from None


def _scaled(cue: Cue) -> dict[str, float]:
    """Return the likelihood relative to its best value."""
    top = max(cue.likelihood.values())
    scaled = {value: float(f"{p / top:.{_DIGITS}g}") for value, p in cue.likelihood.items()}
    return {value: p for value, p in scaled.items() if p > 0}


def _unpacked(text: str) -> bytes:
    packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    reader = zlib.decompressobj()
    data = reader.decompress(packed, _MOST_JSON)
    if reader.unconsumed_tail:
        raise ValueError("too long")  # a small text can unpack to a huge one
    return data
