"""'Why not France?' in a sentence."""

from collections.abc import Sequence

from clues.pipeline import Location
from clues.report import words
from clues.report.build import cue_entries, explanation_entry
from clues.report.ledger import cue_title
from clues.report.models import ContributionEntry

_REASONS = 3
_LEAST_BITS = 0.1  # a smaller reason is none


def why_not(location: Location, region: str) -> str:
    """Return why a region is not the answer, in one or two sentences.

    Raises
    ------
    UnknownRegionError
        If there is no such region.
    """
    world = location.fusion.posterior.world
    asked = world.resolve(region)
    first = location.country
    if asked.code == first.code or first.code in world.ancestors(asked.code):
        p = location.fusion.posterior.probability_of(asked.code)
        return f"{asked.name} lies in the country that leads; it holds {words.percent(p)}."
    if asked.code in world.ancestors(first.code):
        p = location.fusion.posterior.probability_of(asked.code)
        return f"{first.name}, which leads, lies in {asked.name}; that holds {words.percent(p)}."
    entry = explanation_entry(location.why(first.code, asked.code), location)
    log_odds = entry.log_odds_bits
    if log_odds is None:
        return f"{asked.name} was excluded before any cue was looked at."
    kb = location.engine.tables.kb
    titles = [cue_title(cue) for cue in cue_entries(location.extraction, kb, world)]
    against = [c for c in entry.contributions if (c.bits or 0.0) >= _LEAST_BITS]
    for_it = [c for c in entry.contributions if (c.bits or 0.0) <= -_LEAST_BITS]
    text = f"{asked.name} is {words.times(log_odds)} less likely than {first.name}"
    reasons = _reasons(against, titles)
    prior = entry.prior_bits or 0.0
    if prior >= max(_LEAST_BITS, *(c.bits or 0.0 for c in against), 0.0):
        reasons = [f"it is less likely before any cue ({prior:.1f} bits)", *reasons][:_REASONS]
    text += f". Against it: {_listed(reasons)}." if reasons else ", though no single cue says much."
    if for_it:
        text += f" For it: {_listed(_reasons(for_it, titles, 2))}."
    return text


def _reasons(
    contributions: Sequence[ContributionEntry], titles: Sequence[str], most: int = _REASONS
) -> list[str]:
    return [
        f"'{titles[one.cue]}' ({abs(one.bits or 0.0):.1f} bits)" for one in contributions[:most]
    ]


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
