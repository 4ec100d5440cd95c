"""Validators of what clues say: sums, duplicates, sources, observability."""

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urlsplit

from clues.knowledge.lint.context import Context, Severity, at, validator
from clues.knowledge.model import Kind, share
from clues.knowledge.problem import Problem

_STALE_DAYS = 3 * 365
_PLACEHOLDER_HOSTS = ("example.com", "example.org", "localhost", "127.0.0.1")
_SUM_SLACK = 0.25  # words are coarse: usual + occasional is 0.92, usual + common is 1.2


@validator("sum-of-values", Severity.WARNING)
def sum_of_values(context: Context) -> Iterator[Problem]:
    """The values of a categorical variable do not sum to about 1 in a country."""
    for variable in context.kb.variables.values():
        if variable.kind is not Kind.CATEGORICAL:
            continue
        totals: defaultdict[str, float] = defaultdict(float)
        last = {}
        for rule in context.kb.rules.get(variable.id, {}).values():
            for code, (says, clue) in rule.where.items():
                totals[code] += says
                last[code] = clue
        for code, total in sorted(totals.items()):
            if total > 1 + _SUM_SLACK and len(code) == 2:
                yield at(
                    last[code],
                    f"the values of {variable.id} sum to {total:.2f} in {code}",
                    "they exclude each other: lower the frequencies until they sum to 1",
                )


@validator("duplicate")
def duplicate(context: Context) -> Iterator[Problem]:
    """Two clues say the same of the same regions, or in the same words of the same cue."""
    seen: dict[tuple[object, ...], str] = {}
    for clue in context.kb.clues:
        where = tuple(sorted((code, round(share(f), 6)) for code, f in clue.where.items()))
        for key in (
            ("where", clue.cue, clue.value, where),
            ("says", clue.cue, clue.value, " ".join(clue.says.lower().split())),
        ):
            if key in seen:
                yield at(clue, f"repeats {seen[key]} ({key[0]})", "merge the two")
            else:
                seen[key] = clue.id


@validator("source")
def source(context: Context) -> Iterator[Problem]:
    """A source's address has a form that cannot be a public page."""
    for clue in context.kb.clues:
        for one in clue.sources:
            if not one.url:
                continue
            host = urlsplit(one.url).hostname or ""
            if "." not in host or host in _PLACEHOLDER_HOSTS:
                yield at(clue, f"the source {one.url} is no public page", "name the page you read")


@validator("unchecked", Severity.WARNING)
def unchecked(context: Context) -> Iterator[Problem]:
    """No source of a clue was ever opened."""
    for clue in context.kb.clues:
        if not any(one.checked for one in clue.sources):
            yield at(clue, "no source was opened", "open one, and write the day as `checked`")


@validator("checked-date", Severity.WARNING)
def checked_date(context: Context) -> Iterator[Problem]:
    """A source was checked in the future, or over three years ago."""
    for clue in context.kb.clues:
        for one in clue.sources:
            if one.checked is None:
                continue
            age = (context.today - one.checked).days
            if age < -1:
                yield at(clue, f"`checked` is in the future ({one.checked})", "correct the date")
            elif age > _STALE_DAYS:
                yield at(clue, f"was checked {age // 365} years ago", "check the source again")


@validator("unobservable")
def unobservable(context: Context) -> Iterator[Problem]:
    """Neither a person nor an open-vocabulary detector can be asked for a cue."""
    used = {clue.cue: clue for clue in reversed(context.kb.clues)}
    for name, clue in sorted(used.items()):
        variable = context.kb.variables[name]
        if not (variable.question or variable.prompts):
            yield at(clue, f"nothing can observe {name}", "give the cue a `question` in kb/cues")


@validator("unused-cue", Severity.WARNING)
def unused_cue(context: Context) -> Iterator[Problem]:
    """A cue variable has no clue, so observing it says nothing."""
    used = {clue.cue for clue in context.kb.clues}
    for variable in context.kb.variables.values():
        if variable.kind is not Kind.REGION and variable.id not in used:
            yield Problem(
                f"kb/cues/{variable.family}.yaml",
                1,
                f"{variable.id} has no clue",
                "write one, or remove the cue",
            )


@validator("unknown-settings")
def unknown_settings(context: Context) -> Iterator[Problem]:
    """kb/fusion.yaml has settings for a family or variable that there is not."""
    settings = context.kb.settings
    known = {*context.kb.families(), *context.kb.variables}
    for name in sorted({*settings.designed, *settings.families} - known):
        yield Problem(
            "kb/fusion.yaml",
            1,
            f"no cue or family is called '{name:.80}'",
            "name one of kb/cues, or remove its settings",
        )
