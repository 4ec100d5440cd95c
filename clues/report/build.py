"""From a location to the records that reports are made of."""

from collections.abc import Iterable, Mapping

from clues import __version__
from clues.cue import PRESENT, Cue
from clues.inference import Explanation, Posterior
from clues.inference.posterior import LEVELS, RegionProbability
from clues.knowledge import KnowledgeBase
from clues.knowledge.model import Clue, Kind
from clues.photo import Photo
from clues.pipeline import Extraction, Location
from clues.regions import RegionGraph
from clues.report import models, words
from clues.report.ledger import cue_title

SHARES = (0.5, 0.9)
MAX_VALUES = 20
QUESTIONS = 5
_TITLE = 40  # letters of a cue within a sentence


def build(
    location: Location, top: int = 5, *, file: str | None = None, against: str | None = None
) -> models.LocationReport:
    """Return the records of a location.

    Parameters
    ----------
    top
        Regions to list per level.
    file
        The photo's path as the user gave it; its name by default.
    against
        Region to explain the first country against; the second country by default.

    Raises
    ------
    UnknownRegionError
        If ``against`` is no region.
    """
    fusion, posterior = location.fusion, location.fusion.posterior
    kb, world = location.engine.tables.kb, posterior.world
    first, rival = location.country.code, _rival(location, against)
    index = _index(location)
    photo = location.photo
    return models.LocationReport(
        clues_version=__version__,
        kb_version=kb.version,
        file=words.valid(file or (photo.name if photo else "")),
        photo=_photo(photo) if photo else None,
        lat=round(location.point.lat, 5),
        lon=round(location.point.lon, 5),
        expected_score=round(location.point.expected_score, 1),
        country=location.country.code,
        region=location.subdivision.code,
        answer=_answer(location),
        sentence=sentence(location),
        prior=location.prior_name,
        top=models.TopRegions(
            **{level: tuple(map(_entry, posterior.regions(level, top))) for level in LEVELS}
        ),
        credible_areas=tuple(
            models.AreaEntry(share=share, km2=round(posterior.credible_area(share).area_km2, 1))
            for share in SHARES
        ),
        entropy_bits=posterior.entropy_bits,
        told_bits=fusion.told_bits,
        conflict_bits=fusion.conflict_bits,
        misfit=misfit(location),
        cues=cue_entries(location.extraction, kb, world, fusion.repeated),
        against_rest=explanation_entry(location.why(first), location),
        against_runner_up=explanation_entry(location.why(first, rival), location)
        if rival
        else None,
        leave_one_out=_leave_one_out(location, index),
        questions=_questions(location),
        failures=failure_entries(location.extraction),
        seconds={name: round(value, 4) for name, value in location.extraction.seconds.items()},
    )


def _rival(location: Location, against: str | None) -> str | None:
    """Return the country to explain the first one against, by default the second."""
    posterior = location.fusion.posterior
    if against is not None:
        asked = posterior.world.resolve(against).code
        if asked != location.country.code:
            return asked
    others = posterior.regions("country", 2)[1:]
    return others[0].region.code if others else None


def _photo(photo: Photo) -> models.PhotoEntry:
    return models.PhotoEntry(width=photo.width, height=photo.height, sha256=photo.sha256)


def cue_entries(
    extraction: Extraction, kb: KnowledgeBase, world: RegionGraph, repeated: Iterable[Cue] = ()
) -> tuple[models.CueEntry, ...]:
    """Return the cues of an extraction, in its order."""
    left_out = {id(cue) for cue in repeated}
    return tuple(_cue(cue, kb, world, counted=id(cue) not in left_out) for cue in extraction.cues)


def misfit(location: Location) -> str | None:
    """Return in words the cue that fits the others least, where cues contradict each other."""
    fusion, tables = location.fusion, location.engine.tables
    if fusion.conflict_bits <= words.CONFLICT_WORTH_SAYING_BITS:
        return None
    if fusion.misfit is None:
        return None
    entry = _cue(fusion.misfit, tables.kb, tables.world, counted=True)
    title = cue_title(entry)
    return title if len(title) <= _TITLE else entry.says


def failure_entries(extraction: Extraction) -> tuple[models.FailureEntry, ...]:
    """Return the detectors that failed."""
    return tuple(
        models.FailureEntry(detector=one.detector, message=words.valid(one.message))
        for one in extraction.failures
    )


def sentence(location: Location) -> str:
    """Return the answer in one sentence."""
    if not location.fusion.is_told:
        return (
            "Not enough evidence: the cues tell hardly anything "
            f"({location.fusion.told_bits:.1f} bits), and places rank about as they did beforehand."
        )
    posterior = location.fusion.posterior
    countries = posterior.regions("country", 2)
    country = countries[0]
    leads = f"{country.region.name} leads with {words.percent(country.probability)}"
    if len(countries) > 1 and countries[1].probability > 0:
        second = countries[1]
        leads += f", ahead of {second.region.name} with {words.percent(second.probability)}"
    answer = _answer(location)
    if answer is None:
        return f"Not enough evidence: {leads}."
    if answer.level == "continent":
        if answer.code not in posterior.world.ancestors(country.region.code):
            leads = _leads_inside(answer.code, posterior)
        return f"{answer.name}, {words.percent(answer.probability)}; the country is open: {leads}."
    best = location.subdivision
    text = f"{country.region.name}, {words.percent(country.probability)}"
    p = posterior.probability_of(best.code)
    return f"{text}; most likely {words.placed(best.name, best.code)}, {words.percent(p)}."


def _leads_inside(continent: str, posterior: Posterior) -> str:
    """Say which country leads on the likeliest continent where the likeliest lies on another."""
    ranked = posterior.regions("country")
    first = ranked[0]
    inside = next(one for one in ranked if continent in posterior.world.ancestors(one.region.code))
    return (
        f"{inside.region.name} leads there with {words.percent(inside.probability)}, but "
        f"{first.region.name}, on another continent, has {words.percent(first.probability)}"
    )


def _answer(location: Location) -> models.RegionEntry | None:
    answer = location.answer
    if answer is None:
        return None
    return _entry(RegionProbability(answer, location.fusion.posterior.probability_of(answer.code)))


def _entry(one: RegionProbability) -> models.RegionEntry:
    region = one.region
    return models.RegionEntry(
        code=region.code, name=region.name, level=region.level, probability=one.probability
    )


def _cue(cue: Cue, kb: KnowledgeBase, world: RegionGraph, *, counted: bool) -> models.CueEntry:
    variable = kb.variable(cue.variable)
    highest = sorted(cue.likelihood, key=lambda value: (-cue.likelihood[value], value))
    return models.CueEntry(
        variable=cue.variable,
        says=variable.says,
        value=cue.value,
        label=words.value_label(cue, variable, world),
        likelihood={value: cue.likelihood[value] for value in highest[:MAX_VALUES]},
        values=len(cue.likelihood),
        box=cue.box.xyxy_px if cue.box else None,
        detector=cue.detector,
        note=cue.note,
        counted=counted,
    )


def _index(location: Location) -> dict[int, int]:
    """Return the position of each cue among the location's cues, by identity."""
    return {id(cue): position for position, cue in enumerate(location.cues)}


def explanation_entry(explanation: Explanation, location: Location) -> models.ExplanationEntry:
    """Return an explanation of a location, with the statements behind each contribution."""
    index = _index(location)
    regions = location.fusion.posterior.world.regions
    a, b = explanation.a, explanation.b
    return models.ExplanationEntry(
        a=a,
        a_name=regions[a].name,
        b=b,
        b_name=regions[b].name if b is not None else "anywhere else",
        log_odds_bits=explanation.log_odds_bits,
        prior_bits=explanation.prior_bits,
        contributions=tuple(
            models.ContributionEntry(
                cue=index[id(one.cue)],
                bits=one.bits,
                clue=_clue(one.clue_a, one.cue, a, location),
                clue_against=_clue(one.clue_b, one.cue, b, location),
            )
            for one in explanation.contributions
        ),
    )


def _clue(
    clue: Clue | None, cue: Cue, region: str | None, location: Location
) -> models.ClueEntry | None:
    if clue is None or region is None:
        return None
    source = clue.sources[0]
    return models.ClueEntry(
        id=clue.id,
        says=clue.says,
        share=_share(clue, cue, region, location),
        status=clue.status,
        file=clue.file,
        line=clue.line,
        source=source.url or source.title,
    )


def _share(clue: Clue, cue: Cue, region: str, location: Location) -> float:
    """Return what the knowledge base says of a region, of what it lies in, or of parts of it."""
    tables = location.engine.tables
    binary = tables.kb.variables[cue.variable].kind is Kind.BINARY
    rule = tables.kb.rules[cue.variable][PRESENT if binary else cue.value]
    lineage = tables.world.lineage(region)
    if any(code in rule.where for code in lineage):
        return rule.says_of(lineage)[0]
    parts = [
        (location.fusion.posterior.probability_of(code), share)
        for code, (share, author) in rule.where.items()
        if author is clue and code in tables.world.regions
        if region in tables.world.ancestors(code)
    ]
    return max(parts)[1] if parts else rule.elsewhere


def _leave_one_out(location: Location, index: Mapping[int, int]) -> tuple[models.WithoutEntry, ...]:
    regions = location.fusion.posterior.world.regions
    left_out = location.explainer.leave_one_out(location.country.code)
    left_out.sort(key=lambda one: (-abs(one.bits), one.cue.variable, one.cue.value))
    return tuple(
        models.WithoutEntry(
            cue=index[id(one.cue)],
            bits=one.bits,
            first=one.first,
            first_name=regions[one.first].name,
        )
        for one in left_out
    )


def _questions(location: Location) -> tuple[models.QuestionEntry, ...]:
    return tuple(
        models.QuestionEntry(
            variable=one.variable.id,
            question=one.variable.question,
            bits=one.bits,
            expected={
                words.value_name(value, one.variable): p
                for value, p in sorted(one.expected.items(), key=lambda item: -item[1])[:MAX_VALUES]
            },
        )
        for one in location.questions(QUESTIONS)
    )
