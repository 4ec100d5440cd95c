"""Tests of `clues.memory`."""

import gc

import pytest

from clues.memory import uncollected


def test_collection_goes_on_afterwards_even_after_an_error():
    @uncollected()
    def fail():
        raise ValueError(gc.isenabled())

    with pytest.raises(ValueError, match="False"):
        fail()
    assert gc.isenabled()


def test_who_switched_collection_off_finds_it_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
