"""The knowledge base in memory: variables, clues, and the rules that clues merge into."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

import numpy as np
import numpy.typing as npt
from rapidfuzz import process

from clues.cue import ABSENT, ELSEWHERE, PRESENT, Cue
from clues.errors import UnknownCueError
from clues.knowledge.model import (
    DEFAULT_ELSEWHERE,
    Clue,
    FusionSettings,
    Kind,
    Seen,
    Variable,
    share,
)
from clues.knowledge.problem import Problem
from clues.memory import uncollected

Floats = npt.NDArray[np.float64]

_LEAST_REST = 0.02  # what values that no clue names keep where those named sum to 1 or more
_LIST = 5  # regions named, from which on those left out are taken to be ordinary
_NEARLY_ALL = 0.9  # from here on, clues are taken to have named all that there is
_NOTHING = 1e-9  # smaller sums of shares are rounding errors
# What an author's word is worth against counted photos, in photos (Beta pseudo-counts).
AUTHOR_STRENGTH = 12.0
ELSEWHERE_STRENGTH = 6.0


@dataclass(frozen=True, slots=True)
class Rule:
    """What the clues on one (variable, value) say together.

    Attributes
    ----------
    where
        Region code to (share of photos, the clue that says so).
    elsewhere
        The share where no region says otherwise.
    elsewhere_clue
        The clue that gave ``elsewhere``, if one did.
    """

    where: Mapping[str, tuple[float, Clue]]
    elsewhere: float
    elsewhere_clue: Clue | None = None

    def says_of(self, lineage: Iterable[str]) -> tuple[float, Clue | None]:
        """Return the share in a region and the clue that says so: the most specific one named.

        Parameters
        ----------
        lineage
            The region's code and those above it, from the finest.
        """
        named = next((code for code in lineage if code in self.where), None)
        return (self.elsewhere, self.elsewhere_clue) if named is None else self.where[named]


@dataclass(frozen=True)
class KnowledgeBase:
    """All variables and clues, with fusion's settings.

    Attributes
    ----------
    version
        A digest of the files it was read from; changes when any of them does.
    """

    variables: Mapping[str, Variable]
    clues: tuple[Clue, ...]
    settings: FusionSettings = field(default_factory=FusionSettings)
    version: str = ""

    @cached_property
    def rules(self) -> Mapping[str, Mapping[str, Rule]]:
        """Rules by variable and value; problems were reported when the files were loaded."""
        return merge(self.clues, self.variables)[0]

    @cached_property
    def by_id(self) -> Mapping[str, Clue]:
        """Clues by id."""
        return {clue.id: clue for clue in self.clues}

    def variable(self, name: str) -> Variable:
        """Return a variable by id.

        Raises
        ------
        UnknownCueError
            With the nearest ids, if there is none.
        """
        found = self.variables.get(name)
        if found is None:
            raise UnknownCueError(
                f"unknown cue '{name:.80}'{_suggest(name, self.variables)}; "
                "`clues kb find WORDS` finds cues."
            )
        return found

    def check(self, cue: Cue) -> Variable:
        """Return the cue's variable, or raise `UnknownCueError` if its values do not exist."""
        variable = self.variable(cue.variable)
        if variable.kind is Kind.REGION:
            return variable
        values = variable.value_ids
        for value in cue.likelihood:
            if value not in values:
                known = ", ".join(values[:12])
                more = ", ..." if len(values) > 12 else ""
                raise UnknownCueError(
                    f"cue '{variable.id}' has no value '{value:.80}'"
                    f"{_suggest(value, values)}; its values are {known}{more}."
                )
        return variable

    def with_clues(self, clues: Iterable[Clue]) -> "KnowledgeBase":
        """Return a copy with clues added; one with the same id is replaced."""
        added = {clue.id: clue for clue in clues}
        kept = tuple(clue for clue in self.clues if clue.id not in added)
        for clue in added.values():
            self.check(Cue.certain(clue.cue, clue.value))
        return KnowledgeBase(self.variables, (*kept, *added.values()), self.settings, "edited")

    def families(self) -> tuple[str, ...]:
        """Return all cue families, sorted."""
        return tuple(sorted({variable.family for variable in self.variables.values()}))


def _suggest(word: str, known: Iterable[str]) -> str:
    near = [match for match, score, _ in process.extract(word, list(known), limit=3) if score > 55]
    return f" (did you mean {', '.join(near)}?)" if near else ""


def share_the_rest(named: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Return the factors by which shares become probabilities that sum to 1.

    Values that clues name keep their share, the others share what is left. Scaling all values
    alike would make "diamonds are rare in Kenya" say "diamonds are common" where no clue says
    what Kenya has instead. Where the named shares nearly sum to 1, what they leave open is
    rounding, and the others get no more of it than they have elsewhere.

    Parameters
    ----------
    named, others
        Sums of the shares of values that clues name, and of all other values.

    Returns
    -------
    tuple
        The factor of the named values, and that of the others.
    """
    left = others > _NOTHING  # else clues name every value
    rest = np.where(left, np.maximum(1 - named, np.minimum(others, _LEAST_REST)), 0.0)
    rest = np.where(named > _NEARLY_ALL, np.minimum(rest, others), rest)
    total = named + rest
    return 1 / total, rest / np.where(left, others, 1.0) / total


def default_elsewhere(variable: Variable) -> float:
    """Return the share assumed where no clue says anything.

    Many exclusive values share one probability of 1, so each gets the less the more there are.
    """
    if variable.kind is Kind.CATEGORICAL:
        return min(DEFAULT_ELSEWHERE, 0.2 / len(variable.values))
    return DEFAULT_ELSEWHERE


def _unlisted(variable: Variable, named: Sequence[float]) -> float:
    """Return the share in regions that a list leaves out, where no clue says it.

    A thing is no commoner there than in the middle of a list of any length: trams and lavender are
    rarer than `rare` in every country listed, and rarer still in the others.
    """
    usual = default_elsewhere(variable)
    if variable.kind is not Kind.BINARY or len(named) < _LIST:
        return usual
    return min(usual, median(named))


@uncollected()
def merge(
    clues: Iterable[Clue], variables: Mapping[str, Variable]
) -> tuple[dict[str, dict[str, Rule]], list[Problem]]:
    """Merge the clues on each (variable, value) into one rule, and report contradictions.

    Two authored clues contradict each other if they set the same region, or ``elsewhere``, to
    different shares. Measured clues do not contradict authors: their counts update the authored
    share, which serves as a Beta prior (see `update`). `absent` of a binary variable is folded
    into `present`.
    """
    known = [clue for clue in clues if clue.cue in variables]
    drafts: dict[tuple[str, str], _Draft] = {}
    problems: list[Problem] = []
    for clue in known:
        if clue.status != "measured":
            draft = drafts.setdefault((clue.cue, ruled_value(clue.value)), _Draft())
            problems.extend(draft.state(clue))
    for clue in known:
        if clue.status == "measured":
            draft = drafts.setdefault((clue.cue, ruled_value(clue.value)), _Draft())
            draft.measure(clue, default_elsewhere(variables[clue.cue]))
    rules: dict[str, dict[str, Rule]] = {}
    for (cue, value), draft in drafts.items():
        says, author = draft.says.pop(ELSEWHERE, (0.0, None))
        where = {code: (p, clue) for code, (p, clue) in draft.says.items() if clue is not None}
        if not says:
            says = _unlisted(variables[cue], [p for p, _ in where.values()])
        rules.setdefault(cue, {})[value] = Rule(where, says, author)
    return rules, problems


class _Draft:
    """A rule in the making: region, or `elsewhere`, to (share, clue)."""

    def __init__(self) -> None:
        self.says: dict[str, tuple[float, Clue | None]] = {}

    def state(self, clue: Clue) -> Iterator[Problem]:
        """Take over what an author says; yield contradictions."""
        for region, says in _shares(clue):
            before, other = self.says.get(region, (says, None))
            if other is None:
                self.says[region] = (says, clue)
            elif abs(before - says) > 1e-9:
                yield Problem(
                    clue.file,
                    clue.line,
                    f"{clue.id} says {says:g} for {region}, but {other.id} "
                    f"({other.file}:{other.line}) says {before:g}",
                    "agree on one frequency, or name a finer region",
                )

    def measure(self, clue: Clue, rest: float) -> None:
        """Update with counted photos; the rate everywhere comes first, as the others lean on it."""
        for region, frequency in (
            (ELSEWHERE, clue.elsewhere),
            *clue.where.items(),
        ):
            if not isinstance(frequency, Seen):
                continue
            counts = frequency
            if clue.value == ABSENT:
                counts = Seen(seen=frequency.of - frequency.seen, of=frequency.of)
            authored = self.says.get(region)
            prior = authored or self.says.get(ELSEWHERE) or (rest, None)
            strength = AUTHOR_STRENGTH if authored and authored[1] else ELSEWHERE_STRENGTH
            cite = authored[1] if authored and counts.of < strength else clue
            self.says[region] = (update(prior[0], counts, strength), cite or clue)


def update(prior: float, counts: Seen, strength: float) -> float:
    """Return the mean of a Beta prior worth ``strength`` photos, updated with counted photos."""
    return (counts.seen + strength * prior) / (counts.of + strength)


def ruled_value(value: str) -> str:
    """Return the value whose rule holds what clues say of a value: `absent` is in `present`'s."""
    return PRESENT if value == ABSENT else value


def _shares(clue: Clue) -> Iterator[tuple[str, float]]:
    """Yield (region or `elsewhere`, share of photos in which the rule's value is seen)."""
    stated = dict(clue.where)
    if clue.elsewhere is not None:
        stated[ELSEWHERE] = clue.elsewhere
    for region, frequency in stated.items():
        says = share(frequency)
        yield region, 1 - says if clue.value == ABSENT else says
