"""Validators of the regions that clues name."""

from collections.abc import Iterator

from rapidfuzz import process

from clues.knowledge.base import ruled_value
from clues.knowledge.lint.context import Context, Severity, at, validator
from clues.knowledge.model import share
from clues.knowledge.problem import Problem


@validator("unknown-region")
def unknown_region(context: Context) -> Iterator[Problem]:
    """A clue names a region that the graph does not hold."""
    known = context.world.regions
    for clue in context.kb.clues:
        for code in clue.where:
            if code not in known:
                near = [m for m, _, _ in process.extract(code, known.keys(), limit=3)]
                yield at(clue, f"there is no region {code}", f"did you mean {', '.join(near)}?")


@validator("no-information")
def no_information(context: Context) -> Iterator[Problem]:
    """A clue's value is as frequent everywhere, so it cannot tell places apart."""
    rules = context.kb.rules
    for clue in context.kb.clues:
        rule = rules[clue.cue].get(ruled_value(clue.value))
        if rule is None:
            continue
        shares = {says for says, _ in rule.where.values()} | {rule.elsewhere}
        if max(shares) - min(shares) < 1e-9:
            yield at(
                clue,
                f"'{clue.value}' is as frequent in every region as elsewhere",
                "name regions where it differs, or delete the clue",
            )


@validator("redundant-region", Severity.WARNING)
def redundant_region(context: Context) -> Iterator[Problem]:
    """A region repeats what the same clue says of the region above it."""
    world = context.world
    for clue in context.kb.clues:
        for code, frequency in clue.where.items():
            if code not in world.regions:
                continue
            above = next((a for a in world.ancestors(code) if a in clue.where), None)
            if above and abs(share(clue.where[above]) - share(frequency)) < 1e-9:
                yield at(clue, f"{code} repeats the frequency of {above}", f"remove {code}")
