"""Validators against published tables: numbering plans and currencies."""

from collections.abc import Iterator, Set
from datetime import date

from clues.knowledge.distil.rules import rules
from clues.knowledge.lint.context import Context, Severity, at, validator
from clues.knowledge.model import Clue, share
from clues.knowledge.problem import Problem

_SINCE = date(2007, 5, 25)  # the first Street View photos: money that was used since then is seen
_WORTH_CHECKING = 0.4  # what is rarer may be tourists' prices, an advert, a border town


@validator("contradicts-tables", Severity.WARNING)
def contradicts_tables(context: Context) -> Iterator[Problem]:
    """A calling code or currency is said to be common where the tables have another one."""
    from babel.numbers import get_territory_currencies
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as PLANS
    from phonenumbers import SUPPORTED_REGIONS

    declared = rules("currencies")["seen"]  # foreign money that is known to be used
    for clue in context.kb.clues:
        if clue.cue == "text.calling-code" and clue.value.isdigit():
            # +1 and +7 are shared: "1242" is the Bahamas' part of the plan of +1
            plan = int(clue.value) if int(clue.value) in PLANS else int(clue.value[0])
            if plan not in PLANS:
                continue  # assigned, as the Vatican's 379, but unknown to the table
            users = {c for c in context.world.regions if c not in SUPPORTED_REGIONS}
            yield from _outside(context, clue, {*PLANS.get(plan, ()), *users}, "phonenumbers")
        elif clue.cue == "text.currency":
            users = {
                code
                for code in context.world.regions
                if len(code) == 2
                and clue.value in get_territory_currencies(code, _SINCE, date.today())
            }
            yield from _outside(context, clue, users | {*declared.get(clue.value, ())}, "CLDR")


def _outside(context: Context, clue: Clue, allowed: Set[str], table: str) -> Iterator[Problem]:
    for code, frequency in clue.where.items():
        country = next(
            (c for c in (code, *_above(context, code)) if len(c) == 2 and c.isupper()), None
        )
        if country and not allowed & {code, country} and share(frequency) >= _WORTH_CHECKING:
            yield at(
                clue,
                f"{table} does not know '{clue.value}' in {country}",
                f"correct the value, or remove {code}",
            )


def _above(context: Context, code: str) -> tuple[str, ...]:
    return context.world.ancestors(code) if code in context.world.regions else ()
