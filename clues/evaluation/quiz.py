"""Ask the knowledge base single facts, all regions being equally likely beforehand."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from clues.cue import Cue
from clues.errors import CluesError
from clues.inference.fusion import Engine
from clues.inference.tables import Floats, Tables
from clues.knowledge.query import differences
from clues.knowledge.quiz import Question
from clues.regions.prior import covered_countries, prior
from clues.text import interpret
from clues.text.phone_areas import area_subdivisions
from clues.text.plates import plate_cues, plate_regions
from clues.text.typed import typed_words

_RATIO = 5.0  # the least by which a value tells two confused regions apart
_EQUAL = 1 - 1e-9
_PRIORS = 128  # kept: most questions are about the same regions, such as all countries


@dataclass(frozen=True, slots=True)
class Answer:
    """What the knowledge base answered.

    Attributes
    ----------
    failure
        What is wrong, in words; empty if the answer is right.
    """

    question: Question
    failure: str

    @property
    def right(self) -> bool:
        """Whether the expected regions fit best."""
        return not self.failure


class Quiz:
    """Asks questions of an engine's knowledge base.

    Fusion's settings are the designed ones: a quiz is about knowledge, and not about how far the
    detectors of the day are trusted.
    """

    def __init__(self, engine: Engine) -> None:
        kb = engine.tables.kb
        designed = replace(kb, settings=kb.settings.as_designed())
        self._world = engine.tables.world
        self._engine = Engine(Tables(designed, self._world))
        self._covered = covered_countries(self._world)
        self._weights = np.exp(prior(self._world))
        self._even = lru_cache(_PRIORS)(self._even_prior)

    def ask(self, questions: Iterable[Question]) -> list[Answer]:
        """Answer all questions; one that cannot even be asked is a wrong answer."""
        answers = []
        for question in questions:
            try:
                failure = self._failure(question)
            except CluesError as error:
                failure = str(error)
            answers.append(Answer(question, failure))
        return answers

    def _failure(self, question: Question) -> str:
        if question.contrast:
            return self._contrast(question)
        if question.plate_code or question.area_code:
            shares = self._look_up(question)
        else:
            shares = self._shares(question)
        expected = [self._world.resolve(code).code for code in question.expect]
        least = min(shares.get(code, 0.0) for code in expected)
        rest = sorted(
            (code for code in shares if code not in expected and shares[code] >= least * _EQUAL),
            key=lambda code: (-shares[code], code),
        )
        if least > 0 and len(rest) <= question.others:
            return ""
        missing = [code for code in expected if shares.get(code, 0.0) <= least / _EQUAL]
        best = ", ".join(f"{code} {shares[code]:.3g}" for code in rest[:8]) or "nothing"
        return f"{', '.join(missing)} {least:.3g}, after {len(rest)}: {best}"

    def _shares(self, question: Question) -> dict[str, float]:
        codes = self._candidates(question)
        cues = _cues(question)
        if not cues:
            raise CluesError("nothing is read in it")
        posterior = self._engine.fuse(cues, self._even(tuple(codes))).posterior
        return {code: posterior.probability_of(code) for code in codes}

    def _candidates(self, question: Question) -> Sequence[str]:
        level = self._world.resolve(question.expect[0]).level
        covered = sorted({*self._covered, *question.expect})
        if question.within is None and level == "country":
            return covered
        home = self._world.resolve(
            question.within or str(self._world.country_of(question.expect[0]))
        )
        return [
            code
            for code in (covered if level == "country" else self._world.regions)
            if self._world.regions[code].level == level and home.code in self._world.ancestors(code)
        ]

    def _even_prior(self, codes: tuple[str, ...]) -> Floats:
        """Return the log-prior under which each region is equally likely, shape (leaves,)."""
        even = np.zeros_like(self._weights)
        for code in codes:
            inside = self._weights * self._world.leaf_mask(code)
            even += inside / inside.sum()
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(even / even.sum()))

    def _look_up(self, question: Question) -> dict[str, float]:
        country, _, code = (question.plate_code or question.area_code).partition(" ")
        if question.plate_code:
            found = plate_regions(country, code)
        else:
            found = area_subdivisions(country, code if country == "IT" else code.removeprefix("0"))
        shares: dict[str, float] = {}
        for place, share in found.items():
            drawn = place if place.startswith("geo:") else self._world.resolve(place).code
            shares[drawn] = shares.get(drawn, 0.0) + share
        return shares

    def _contrast(self, question: Question) -> str:
        a = self._world.resolve(question.expect[0]).code
        b = next(code for code in question.contrast if code != question.expect[0])
        by = Cue.from_text(question.by)
        found = [
            d
            for d in differences(
                self._engine.tables.kb, self._world, a, self._world.resolve(b).code
            )
            if (d.a.variable.id, d.a.value) == (by.variable, by.value)
        ]
        if found and found[0].bits >= math.log2(_RATIO):
            return ""
        shares = f"{found[0].a.share:.3g} against {found[0].b.share:.3g}" if found else "the same"
        return f"{question.by} is {shares} in {b}"


def _cues(question: Question) -> list[Cue]:
    if question.plate:
        return plate_cues(question.plate)
    if question.read:
        return interpret(typed_words(question.read))
    return [Cue.certain(cue.variable, cue.value) for cue in question.cues]
