import numpy as np
import pytest

from clues.inference import Engine, Tables
from tests.tiny import tiny_kb, tiny_world


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(Tables(tiny_kb(), tiny_world()))


@pytest.fixture(scope="session")
def log_prior() -> np.ndarray:
    population = tiny_world().leaves.population.astype(float)
    return np.log(population / population.sum())
