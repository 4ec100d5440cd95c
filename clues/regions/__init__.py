"""The region graph: regions, leaves, borders, adjacency, zones and the prior over leaves."""

from clues.regions.graph import RegionGraph, load_regions
from clues.regions.model import Leaves, Region

__all__ = ["Leaves", "Region", "RegionGraph", "load_regions"]
