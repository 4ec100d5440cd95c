"""The knowledge base in memory: variables, clues, and the rules that clues merge into."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import process

from clues.cue import ABSENT, ELSEWHERE, PRESENT, Cue
from clues.errors import UnknownCueError
from clues.knowledge.model import (
    DEFAULT_ELSEWHERE,
    FREQUENCY_WORDS,
    Clue,
    FusionSettings,
    Kind,
    Variable,
    share,
)
from clues.knowledge.problem import Problem


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
                "`clues kb find` lists all cues."
            )
        return found

    def check(self, cue: Cue) -> Variable:
        """Return the cue's variable, or raise `UnknownCueError` if its values do not exist."""
        variable = self.variable(cue.variable)
        if variable.kind is Kind.REGION:
            return variable
        for value in cue.likelihood:
            if value not in variable.value_ids:
                raise UnknownCueError(
                    f"cue '{variable.id}' has no value '{value:.80}'"
                    f"{_suggest(value, variable.value_ids)}."
                )
        return variable

    def families(self) -> tuple[str, ...]:
        """Return all cue families, sorted."""
        return tuple(sorted({variable.family for variable in self.variables.values()}))


def _suggest(word: str, known: Iterable[str]) -> str:
    near = [match for match, score, _ in process.extract(word, list(known), limit=3) if score > 55]
    return f"; did you mean {', '.join(near)}?" if near else ""


def default_elsewhere(variable: Variable) -> float:
    """Return the share assumed where no clue says anything.

    Many exclusive values share one probability of 1, so each gets the less the more there are.
    """
    if variable.kind is Kind.CATEGORICAL:
        return min(DEFAULT_ELSEWHERE, 0.2 / len(variable.values))
    return DEFAULT_ELSEWHERE


def merge(
    clues: Iterable[Clue], variables: Mapping[str, Variable]
) -> tuple[dict[str, dict[str, Rule]], list[Problem]]:
    """Merge the clues on each (variable, value) into one rule, and report contradictions.

    Two clues contradict each other if they set the same region, or ``elsewhere``, to different
    shares. `absent` of a binary variable is folded into `present`.
    """
    problems: list[Problem] = []
    where: dict[tuple[str, str], dict[str, tuple[float, Clue]]] = {}
    elsewhere: dict[tuple[str, str], tuple[float, Clue]] = {}
    for clue, region, says in _statements(clues, variables):
        key = (clue.cue, PRESENT if clue.value == ABSENT else clue.value)
        before = elsewhere.get(key) if region == ELSEWHERE else where.get(key, {}).get(region)
        if before is None:
            if region == ELSEWHERE:
                elsewhere[key] = (says, clue)
            else:
                where.setdefault(key, {})[region] = (says, clue)
        elif abs(before[0] - says) > 1e-9:
            other = before[1]
            problems.append(
                Problem(
                    clue.file,
                    clue.line,
                    f"{clue.id} says {says:g} for {region}, but {other.id} "
                    f"({other.file}:{other.line}) says {before[0]:g}",
                    "agree on one frequency, or name a finer region",
                )
            )
    rules: dict[str, dict[str, Rule]] = {}
    for (cue, value), regions in where.items():
        share_, author = elsewhere.get((cue, value), (None, None))
        rest = default_elsewhere(variables[cue]) if share_ is None else share_
        rules.setdefault(cue, {})[value] = Rule(regions, rest, author)
    return rules, problems


def _statements(
    clues: Iterable[Clue], variables: Mapping[str, Variable]
) -> Iterator[tuple[Clue, str, float]]:
    """Yield (clue, region or `elsewhere`, share of photos in which the rule's value is seen)."""
    for clue in clues:
        if clue.cue not in variables:
            continue
        for region, frequency in clue.where.items():
            says = share(frequency)
            yield clue, region, 1 - says if clue.value == ABSENT else says
        if clue.elsewhere is not None:
            says = share(clue.elsewhere)
            yield clue, ELSEWHERE, 1 - says if clue.value == ABSENT else says


def word_for(value: float) -> str:
    """Return the frequency word nearest to a share, on the log-odds scale people think in."""
    return min(FREQUENCY_WORDS, key=lambda word: _odds_distance(FREQUENCY_WORDS[word], value))


def _odds_distance(a: float, b: float) -> float:
    ratio = (a / (1 - a)) / (b / (1 - b))
    return max(ratio, 1 / ratio)
