"""Bayesian fusion over the region graph: evidence, posterior, explanation, next question."""

from clues.inference.explanation import Contribution, Explainer, Explanation
from clues.inference.fusion import Engine, Fusion
from clues.inference.posterior import Point, Posterior
from clues.inference.question import Question, next_questions
from clues.inference.tables import Tables

__all__ = [
    "Contribution",
    "Engine",
    "Explainer",
    "Explanation",
    "Fusion",
    "Point",
    "Posterior",
    "Question",
    "Tables",
    "next_questions",
]
