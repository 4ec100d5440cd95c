"""Command: ``python -m clues.knowledge.distil PACKAGE``."""

import argparse
import sys
from datetime import date
from pathlib import Path

from clues.errors import CluesError
from clues.knowledge.distil import distil
from clues.paths import KB_DIR


def main(arguments: list[str] | None = None) -> int:
    """Distil, print what was written, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="clues kb distil",
        description="Distil driving side, speed unit, calling codes, domains, currencies, "
        "languages, scripts and letters into kb/clues/*/facts-*.yaml.",
    )
    parser.add_argument(
        "package",
        type=Path,
        help="what `npm pack @rapideditor/country-coder` left: the .tgz, or a folder that holds it",
    )
    parser.add_argument("--kb", type=Path, default=KB_DIR, help="the knowledge base to write to")
    parser.add_argument(
        "--checked",
        type=date.fromisoformat,
        default=date.today(),
        help="the day that the entries carry (default: today)",
    )
    options = parser.parse_args(arguments)
    try:
        written = distil(options.package, options.kb, options.checked, _regions())
    except CluesError as error:
        print(error, file=sys.stderr)
        return 1
    for name, count in written.items():
        print(f"{count:5d}  {name}")
    return 0


def _regions() -> frozenset[str]:
    from clues.regions import load_regions

    return frozenset(load_regions().regions)


if __name__ == "__main__":
    raise SystemExit(main())
