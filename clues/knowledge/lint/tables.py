"""Validators against published tables: numbering plans and currencies."""

from collections.abc import Collection, Iterator
from datetime import date

from clues.knowledge.lint.context import Context, Severity, at, validator
from clues.knowledge.model import Clue, share
from clues.knowledge.problem import Problem

_WORTH_CHECKING = 0.5  # what is rarer may be tourists' prices, an advert, a border town
_SINCE = date(2007, 5, 25)  # the first Street View photos: money that was used since then is seen


@validator("contradicts-tables", Severity.WARNING)
def contradicts_tables(context: Context) -> Iterator[Problem]:
    """A calling code or currency is said to be common where the tables have another one."""
    from babel.numbers import get_territory_currencies
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as PLANS
    from phonenumbers import SUPPORTED_REGIONS

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
            yield from _outside(context, clue, users, "CLDR")


def _outside(
    context: Context, clue: Clue, allowed: Collection[str], table: str
) -> Iterator[Problem]:
    for code, frequency in clue.where.items():
        # tables speak of countries; a part may differ, as Crimea does
        is_country = (
            code in context.world.regions and context.world.regions[code].level == "country"
        )
        if is_country and code not in allowed and share(frequency) >= _WORTH_CHECKING:
            yield at(
                clue,
                f"{table} does not know '{clue.value}' in {code}",
                f"correct the value, or remove {code}",
            )
