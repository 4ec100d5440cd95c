"""Geolocators of the literature as optional detectors: `clues locate --with planet`.

They learn from the user's own photos (`clues train experts`); what ships is the blend that
measured best (`detectors.appearance`).
"""

from functools import partial

from detectors.experts.detector import LiteratureExpert, create

im2gps = partial(create, "im2gps")
revisiting = partial(create, "classified_neighbours")
planet = partial(create, "planet")
cplanet = partial(create, "cplanet")
isns = partial(create, "isns")
pigeon = partial(create, "pigeon_refined")
translocator = partial(create, "translocator")
geodecoder = partial(create, "geodecoder")

__all__ = ["LiteratureExpert", "create"]
