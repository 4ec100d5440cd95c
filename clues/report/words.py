"""How reports put numbers and records into words."""

import math
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import numpy as np

from clues.cue import ABSENT, ELSEWHERE, PRESENT, Cue
from clues.inference.evidence import parse_place
from clues.inference.places import leaf_vectors
from clues.knowledge.model import Kind, Variable
from clues.regions import RegionGraph
from clues.report.models import QuestionEntry
from clues.sphere import unit_vectors

# Cues that contradict each other by more than this are worth a warning: chance alone rarely
# makes 2 bits (odds of 4 to 1).
CONFLICT_WORTH_SAYING_BITS = 2.0
_PLACES = 3  # names to show for a cue that supports many places
_PLACES_WEIGHED = 6  # where each is shown with how well it fits
# Odds from which a cue is more than a hint, and from which it is as good as certain.
_SURER_FROM = (3.0, 10.0)
_FOR, _AGAINST = ("perhaps", "likely", "yes"), ("perhaps not", "unlikely", "not seen")
LEAST_QUESTION_BITS = 0.01  # less is not worth a look

# Control characters, which steer a terminal, and marks that reorder or hide text around them.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def safe(text: str) -> str:
    """Return text of unknown origin (file names, writing read in a photo) safe to show."""
    return _UNSAFE.sub(" ", valid(text)).strip()


def valid(text: str) -> str:
    """Return text that UTF-8 can hold: undecodable bytes of a file name become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def percent(probability: float) -> str:
    """Return a probability in percent, never rounded to an untrue 0 or 100."""
    if probability <= 0:
        return "0 %"
    if probability >= 1 - 1e-12:
        return "100 %"
    if probability < 0.001:
        return "< 0.1 %"
    if probability > 0.999:
        return "> 99.9 %"
    digits = 1 if probability < 0.0995 or probability > 0.985 else 0
    return f"{100 * probability:.{digits}f} %"


def bits(value: float | None) -> str:
    """Return signed bits with a true minus; infinite ones as a sign of exclusion."""
    if value is None or not math.isfinite(value):
        return "excluded"
    text = f"{abs(value):.1f}"
    if text == "0.0":
        return "0.0"
    return ("+" if value > 0 else "\N{MINUS SIGN}") + text


def km2(area: float) -> str:
    """Return an area with three significant digits and thousands separated."""
    if area <= 0:
        return "0 km²"
    step = 10 ** max(math.floor(math.log10(area)) - 2, 0)
    return f"{round(area / step) * step:,.0f} km²"


def short(count: int) -> str:
    """Return a count with two or three digits, such as `56 million`."""
    for size, name in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if count >= size:
            return f"{count / size:.{1 if count < 10 * size else 0}f} {name}"
    return str(count)


def odds(log_odds_bits: float | None) -> str:
    """Return log-odds in bits as odds, such as `12 : 1`; empty if they are infinite."""
    if log_odds_bits is None or not math.isfinite(log_odds_bits):
        return ""
    if log_odds_bits < 0:
        return f"1 : {_short(2.0 ** min(-log_odds_bits, 900))}"
    return f"{_short(2.0 ** min(log_odds_bits, 900))} : 1"


def times(bits_: float) -> str:
    """Return a factor given as its log2, such as `12 times`; the sign does not matter."""
    return f"{_short(2.0 ** min(abs(bits_), 900))} times"


def _short(value: float) -> str:
    if value < 10:
        return f"{value:.1f}".removesuffix(".0")
    if value < 1e6:
        return f"{float(f'{value:.2g}'):,.0f}"
    return f"10^{math.floor(math.log10(value))}"


def coordinates(lat: float, lon: float) -> str:
    """Return a point as people read it, such as `40.42° N, 3.70° W`."""
    return f"{abs(lat):.2f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.2f}° {'E' if lon >= 0 else 'W'}"


def value_name(value: str, variable: Variable) -> str:
    """Return one value of a variable for people."""
    if variable.kind is Kind.BINARY:
        return {PRESENT: "yes", ABSENT: "no"}.get(value, value)
    return variable.label(value)


def value_label(cue: Cue, variable: Variable, world: RegionGraph) -> str:
    """Return a cue's best value for people, with how sure it is where it is yes or no."""
    if variable.kind is Kind.REGION:
        return _place_label(cue, world)
    if variable.kind is Kind.BINARY:
        return _yes_or_no(cue)
    return value_name(cue.value, variable)


def _yes_or_no(cue: Cue) -> str:
    """Return how strongly a cue speaks for or against: a yes of odds 2 : 1 is only a perhaps."""
    yes, no = cue.likelihood.get(PRESENT, 0.0), cue.likelihood.get(ABSENT, 0.0)
    odds = max(yes, no) / max(min(yes, no), 1e-9)
    strength = sum(odds >= least for least in _SURER_FROM)
    return (_FOR if yes >= no else _AGAINST)[strength]


def _place_label(cue: Cue, world: RegionGraph) -> str:
    """Return the names of the likeliest places, at most three."""
    names = list(_best_places(cue, world, _PLACES + 1))
    return ", ".join(names[:_PLACES]) + (", …" * (len(names) > _PLACES)) or "elsewhere"


def places(cue: Cue, world: RegionGraph) -> str:
    """Return how well a cue's places fit, the best as 100 %, and anywhere else."""
    best = _best_places(cue, world, _PLACES_WEIGHED)
    best["anywhere else"] = cue.likelihood.get(ELSEWHERE, 0.0)
    top = max(cue.likelihood.values())
    return ", ".join(f"{name} {percent(value / top)}" for name, value in best.items() if value > 0)


def _best_places(cue: Cue, world: RegionGraph, most: int) -> dict[str, float]:
    """Return the likelihood of the best places by name, each name once."""
    keys = [key for key in cue.likelihood if key != ELSEWHERE]
    keys.sort(key=lambda key: (-cue.likelihood[key], key))
    best: dict[str, float] = {}
    for key in keys:
        best.setdefault(_place_name(key, world), cue.likelihood[key])
        if len(best) == most:
            break
    return best


def _place_name(key: str, world: RegionGraph) -> str:
    """Return the name of a region, or of the subdivision around a geo URI."""
    kernel = parse_place(key)
    if kernel is None:
        return world.regions[key].name if key in world.regions else key
    nearest = int(np.argmax(leaf_vectors(world) @ unit_vectors(kernel.lat, kernel.lon)))
    return world.regions[world.subdivision_codes[world.leaves.subdivision[nearest]]].name


def placed(name: str, code: str) -> str:
    """Return a region's name with its code, unless they are the same."""
    return name if name == code or code.islower() else f"{name} ({code})"


def conflict(conflict_bits: float, misfit: str | None = None) -> str:
    """Return a warning that the cues contradict each other, and which fits the others least."""
    rest = f"'{misfit}' fits the others least." if misfit else "one of them may mislead."
    return f"The cues contradict each other ({conflict_bits:.1f} bits of conflict): {rest}"


def host(url: str) -> str:
    """Return the host of an address, for a short link text."""
    return urlsplit(url).hostname or url


def worth_asking(questions: Sequence[QuestionEntry]) -> list[QuestionEntry]:
    """Return the questions from which something can be expected."""
    return [one for one in questions if one.bits >= LEAST_QUESTION_BITS]
