"""Look for phrases of a few words in lines of writing: the longest first, each found once."""

from collections.abc import Callable, Sequence

from clues.cue import Cue
from clues.text.word import Line


def find_phrases(
    lines: Sequence[Line],
    cue_of: Callable[[Line], Cue | None],
    *,
    most_words: int,
    min_confidence: float,
    most_cues: int,
) -> list[Cue]:
    """Return the cues of phrases that do not overlap; of equal notes the first.

    Parameters
    ----------
    cue_of
        Tells the cue of a run of words, or None.
    most_words
        Of one phrase.
    min_confidence
        Of the words of a phrase together.
    most_cues
        After so many cues, the rest is left unread.
    """
    cues: dict[str, Cue] = {}
    for line in lines:
        at = 0
        while at < len(line.words):
            step = 1
            for size in range(min(most_words, len(line.words) - at), 0, -1):
                run = Line(line.words[at : at + size])
                cue = cue_of(run) if run.confidence >= min_confidence else None
                if cue is not None:
                    cues.setdefault(cue.note, cue)
                    step = size
                    break
            at += step
            if len(cues) >= most_cues:
                return list(cues.values())
    return list(cues.values())
