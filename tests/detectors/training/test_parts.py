import pytest
import torch

from clues.errors import CluesError
from detectors.training.parts import Parts


def squares(weight: torch.Tensor, most: int, seen: list[int]):
    """Return a step whose loss is the mean of (weight * x)^2, on a device that holds ``most``."""

    def backward(part: torch.Tensor, share: float) -> float:
        seen.append(len(part))
        if len(part) > most:
            raise torch.OutOfMemoryError
        loss = ((weight * part) ** 2).mean() * share
        loss.backward()
        return float(loss.detach())

    return backward


def test_a_batch_that_does_not_fit_is_halved_and_gives_the_same_gradient():
    batch = torch.arange(10.0)
    told = []
    for most in (10, 3):
        weight = torch.tensor(2.0, requires_grad=True)
        parts = Parts(lambda weight=weight: setattr(weight, "grad", None))
        loss = parts.add_up(batch, squares(weight, most, []))
        told.append((loss, float(weight.grad)))
    assert told[0] == pytest.approx(told[1])


def test_the_size_that_fits_is_remembered():
    weight = torch.tensor(2.0, requires_grad=True)
    parts, seen = Parts(lambda: None), []
    for _ in range(2):
        parts.add_up(torch.arange(8.0), squares(weight, 2, seen))
    assert seen == [8, 4, 2, 2, 2, 2, 2, 2, 2, 2]


def test_a_device_that_holds_nothing_is_one_sentence():
    weight = torch.tensor(2.0, requires_grad=True)
    with pytest.raises(CluesError, match="memory does not hold one example"):
        Parts(lambda: None).add_up(torch.arange(4.0), squares(weight, 0, []))
