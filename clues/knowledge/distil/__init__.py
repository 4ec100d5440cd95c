"""Distil facts that tables settle into readable clues.

Driving side, speed unit, calling codes and country domains come from country-coder (ISC licence);
languages, scripts and currencies from CLDR, which Babel ships. Editorial rules that turn "spoken
by" into "written on signs" lie beside the code in ``rules/``. The result is YAML like any other.
"""

from clues.knowledge.distil.run import distil

__all__ = ["distil"]
