"""A few cases of each fuzzer with every test run; the commands do thousands."""

import pytest

from tests.fuzz import photos, tabular, weights, yaml
from tests.fuzz.engine import run

TARGETS = [*photos.TARGETS, *yaml.TARGETS, *tabular.TARGETS, *weights.TARGETS]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_mutated_input_is_accepted_or_refused_in_a_sentence(target):
    if target.name == "graph":
        pytest.importorskip("onnx")
        pytest.importorskip("onnxruntime")
    tally = run(target, 12, seed=1)
    assert not tally.findings
    assert tally.cases == 12


def test_the_engine_notices_crashes_hangs_and_bad_manners(monkeypatch):
    import os
    import signal
    import time

    from clues.errors import CluesError
    from tests.fuzz import engine

    monkeypatch.setattr(engine, "HANG_S", 0.1)
    ways = {
        0: lambda: None,
        1: lambda: os.kill(os.getpid(), signal.SIGKILL),
        2: lambda: time.sleep(3),
        3: lambda: 1 / 0,
    }

    def feed(data: bytes) -> None:
        ways.get(data[0], lambda: (_ for _ in ()).throw(CluesError("one\ntwo")))()

    numbers = iter(range(100))
    target = engine.Target("bad", lambda rng: (bytes([int(rng.random() * 5)]), "any"), feed)
    tally = engine.run(target, 12, seed=next(numbers))
    text = "\n".join(tally.findings)
    assert "died with status" in text
    assert "hung over" in text
    assert "ZeroDivisionError" in text
    assert "refused in 2 lines" in text
    assert tally.cases == 12
