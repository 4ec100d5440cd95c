"""Measure how many numbers of each length a country's numbering plan allows, by sampling.

python -m clues.text.build_phone
"""

from __future__ import annotations

import json
import random

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber

from clues.text.phone import DENSITY_FILE

_SAMPLES = 2000
_LEAST = 0.5 / _SAMPLES


def plan_share(region: str, digits: int, generator: random.Random) -> float:
    """Return the share of digit strings of a length that are numbers of a country."""
    code = phonenumbers.country_code_for_region(region)
    valid = 0
    for _ in range(_SAMPLES):
        national = generator.randrange(10 ** (digits - 1), 10**digits)
        number = PhoneNumber(country_code=code, national_number=national)
        valid += phonenumbers.is_valid_number_for_region(number, region)
    return 0.9 * valid / _SAMPLES


def main() -> None:
    """Write the table."""
    generator = random.Random(20261124)
    table: dict[str, dict[str, float]] = {}
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        metadata = PhoneMetadata.metadata_for_region(region)
        plan = metadata.general_desc if metadata else None
        lengths = plan.possible_length if plan else ()
        shares = {
            str(n): round(max(plan_share(region, n, generator), _LEAST), 5)
            for n in lengths
            if 6 <= n <= 12
        }
        table[region] = shares
    text = json.dumps(table, separators=(",", ":")).replace("},", "},\n")
    DENSITY_FILE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
