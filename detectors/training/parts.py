"""Batches that the memory of a device does not hold at once: their gradients are added in parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clues.errors import CluesError


class Parts:
    """Runs batches in parts that fit the device, and remembers how large these may be.

    A batch stays what the configuration says, so that a model comes out alike on every device; the
    size of a part is found by halving when memory runs out. Where all fits, a batch is one part.

    Parameters
    ----------
    reset
        Forgets the gradients that were added up.
    """

    def __init__(self, reset: Callable[[], Any]) -> None:
        self._reset = reset
        self.most: int | None = None

    def add_up(self, batch: Any, backward: Callable[[Any, float], float]) -> float:
        """Add up the gradients of a batch, and return its loss.

        Parameters
        ----------
        batch
            A sequence or array that can be sliced.
        backward
            Gets a part and its share of the batch; adds the part's gradients, each weighed by that
            share, and returns the part's loss, weighed alike.

        Raises
        ------
        CluesError
            If the device does not even hold one example.
        """
        import torch

        while True:
            size = min(self.most or len(batch), len(batch))
            parts = [batch[start : start + size] for start in range(0, len(batch), size)]
            self._reset()
            try:
                return sum(backward(part, len(part) / len(batch)) for part in parts)
            except torch.OutOfMemoryError:
                if size == 1:
                    raise CluesError(
                        "The device's memory does not hold one example; use a smaller network, "
                        "smaller images, or the CPU."
                    ) from None
            self.most = (size + 1) // 2
            torch.cuda.empty_cache()
