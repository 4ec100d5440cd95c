"""The itemised account: prior and cues as steps of a waterfall, shared by all renderers."""

from collections.abc import Iterator
from dataclasses import dataclass

from clues.report import words
from clues.report.models import (
    ClueEntry,
    ContributionEntry,
    CueEntry,
    ExplanationEntry,
    LocationReport,
)

MAX_STEPS = 12
MAX_CUES = 12  # more are folded away
LEAST_BITS = 0.05  # a step shown as 0.0 says nothing
_HIGHLIGHTS = 3


@dataclass(frozen=True, slots=True)
class Citation:
    """A knowledge-base statement, and how often it expects the value in each region.

    Attributes
    ----------
    where
        Such as `Spain 80 %, Portugal 2 %`.
    """

    where: str
    clue: ClueEntry

    @property
    def place(self) -> str:
        """File and line of the statement."""
        return f"{self.clue.file}:{self.clue.line}" if self.clue.file else self.clue.id


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall.

    Attributes
    ----------
    bits
        What it adds; None where infinite.
    begin, end
        Where its bar starts and ends, as shares of the width of the whole.
    zero
        Where even odds lie, as a share of the width.
    cue
        Index of its cue, or None for the prior, the rest and the sum.
    """

    title: str
    bits: float | None
    begin: float
    end: float
    zero: float
    cue: int | None = None
    citations: tuple[Citation, ...] = ()
    total: bool = False


def ledger(report: LocationReport, why: ExplanationEntry, most: int = MAX_STEPS) -> list[Step]:
    """Return the prior, the strongest cues, the rest in one step, and the sum."""
    rows = list(_rows(report, why, most))
    heights = [0.0]
    for row in rows:
        heights.append(heights[-1] + (row.bits or 0.0))
    low, high = min(heights), max(heights)
    width = (high - low) or 1.0
    place = [(height - low) / width for height in heights]
    zero = -low / width
    steps = [
        Step(row.title, row.bits, place[i], place[i + 1], zero, row.cue, row.citations)
        for i, row in enumerate(rows)
    ]
    end = place[-1] if why.log_odds_bits is not None else zero
    title = "Sum" + (f": odds of {odds}" if (odds := words.odds(why.log_odds_bits)) else "")
    return [*steps, Step(title, why.log_odds_bits, zero, end, zero, total=True)]


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    bits: float | None
    cue: int | None = None
    citations: tuple[Citation, ...] = ()


def _rows(report: LocationReport, why: ExplanationEntry, most: int) -> Iterator[_Row]:
    yield _Row("Before any cue (prior)", why.prior_bits)
    shown = [c for c in why.contributions[:most] if abs(c.bits or 0) >= LEAST_BITS]
    for one in shown:
        yield _Row(cue_title(report.cues[one.cue]), one.bits, one.cue, citations(one, why))
    rest = why.contributions[len(shown) :]
    if rest:
        noun = "cue" if len(rest) == 1 else "cues"
        yield _Row(f"{len(rest)} more {noun}", sum(one.bits or 0.0 for one in rest))


def cue_title(cue: CueEntry) -> str:
    """Return a cue in a few words."""
    if cue.label == "yes":
        return cue.says
    return f"{cue.says}: {cue.label}"


def citations(one: ContributionEntry, why: ExplanationEntry) -> tuple[Citation, ...]:
    """Return the statements behind a step; one statement on both regions is cited once."""
    found: dict[str, tuple[ClueEntry, list[str]]] = {}
    for name, clue in ((why.a_name, one.clue), (why.b_name, one.clue_against)):
        if clue is not None:
            said = f"{name} {words.percent(clue.share)}"
            found.setdefault(clue.id, (clue, []))[1].append(said)
    return tuple(Citation(", ".join(said), clue) for clue, said in found.values())


def by_weight(report: LocationReport) -> list[int]:
    """Return the indices of the cues, the most telling first; those not counted come last."""
    weight = {one.cue: abs(one.bits or 0.0) for one in report.against_rest.contributions}
    return sorted(range(len(report.cues)), key=lambda i: (-weight.get(i, -1.0), i))


def without_lines(report: LocationReport, most: int = _HIGHLIGHTS) -> list[str]:
    """Return what leaving out single cues would change, the most telling ones first."""
    first = report.top.country[0]
    turning = [one for one in report.leave_one_out if one.first != first.code]
    lines = [
        f"Without '{cue_title(report.cues[one.cue])}', {one.first_name} would rank first."
        for one in turning[:most]
    ]
    for_it = [one for one in report.leave_one_out if (one.bits or 0) > 0]
    if not turning and for_it:
        one = for_it[0]
        lines.append(
            f"{first.name} would rank first without any single cue. It rests most on "
            f"'{cue_title(report.cues[one.cue])}', worth {words.bits(one.bits)} bits."
        )
    return lines
