"""Run all validators."""

from collections.abc import Collection

from clues.knowledge.lint import content, places, tables, wording  # noqa: F401  (they register)
from clues.knowledge.lint.context import Context, Issue, validators
from clues.knowledge.problem import Problem


def lint(
    context: Context, form: Collection[Problem] = (), only: Collection[str] = ()
) -> list[Issue]:
    """Return all issues, sorted by file and line.

    Parameters
    ----------
    form
        Problems of form, as reported by `read_kb`; listed with the rest.
    only
        Names of validators to run; all by default.
    """
    issues = {Issue(problem, "form") for problem in form}
    for entry in validators.values():
        if not only or entry.name in only:
            issues |= {Issue(p, entry.name, entry.severity) for p in entry.check(context)}
    return sorted(issues)
