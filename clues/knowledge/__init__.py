"""The knowledge base: what each cue says about each region."""

from clues.knowledge.base import KnowledgeBase, Rule
from clues.knowledge.load import load_kb
from clues.knowledge.model import Clue, FusionSettings, Kind, Variable

__all__ = ["Clue", "FusionSettings", "Kind", "KnowledgeBase", "Rule", "Variable", "load_kb"]
