import pytest

from clues.regions import RegionGraph, load_regions


@pytest.fixture(scope="session")
def world() -> RegionGraph:
    return load_regions()
