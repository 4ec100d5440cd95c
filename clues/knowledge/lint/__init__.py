"""Checks of a knowledge base beyond its form: one validator per kind of issue.

A validator is a function from a `Context` to problems, registered under a short name. To add one,
write it in the module it belongs to, and give it a passing and a failing fixture in the tests.
"""

from clues.knowledge.lint.context import Context, Issue, Severity, validators
from clues.knowledge.lint.run import lint

__all__ = ["Context", "Issue", "Severity", "lint", "validators"]
