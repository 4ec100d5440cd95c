"""Linear heads on frozen pooled features: shrunken whitening, ridge for tags, softmax for cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detectors.training.graph import CLIP

Floats = npt.NDArray[np.float32]
_CHUNK = 1024


@dataclass(frozen=True, eq=False)
class Whitening:
    """Standardisation, then projection on shrunken principal axes.

    Attributes
    ----------
    mean, scale : ndarray, shape (features,)
    axes : ndarray, shape (features, components)
        Components have variance ``e / (e + shrinkage)``, with ``e`` that of the principal axis.
    """

    mean: Floats
    scale: Floats
    axes: Floats

    def __call__(self, features: npt.NDArray[np.floating]) -> Floats:
        """Return the components, shape (photos, components)."""
        return np.concatenate(
            [
                self._standard(features[i : i + _CHUNK]) @ self.axes
                for i in range(0, len(features), _CHUNK)
            ]
        )

    def _standard(self, features: npt.NDArray[np.floating]) -> Floats:
        z = (features.astype(np.float32) - self.mean) / self.scale
        return np.clip(z, -CLIP, CLIP)


def fit_whitening(
    features: npt.NDArray[np.floating],
    blocks: Sequence[int],
    *,
    per_block: int,
    components: int,
    shrinkage: float,
) -> Whitening:
    """Fit a whitening, first within blocks of features (sizes ``blocks``), then over all.

    Two steps because the eigenvectors of all features at once would take minutes.
    """
    rows = features[:: 1 + len(features) // 6000].astype(np.float32)
    mean = rows.mean(0)
    scale = rows.std(0) + 1e-4
    z = np.clip((rows - mean) / scale, -CLIP, CLIP)
    first = np.zeros((features.shape[1], 0), np.float32)
    parts = []
    start = 0
    for size in blocks:
        part = z[:, start : start + size]
        values, vectors = np.linalg.eigh(part.T @ part / len(part))
        keep = np.argsort(-values)[:per_block]
        axes = np.zeros((features.shape[1], len(keep)), np.float32)
        axes[start : start + size] = vectors[:, keep]
        parts.append(axes)
        start += size
    first = np.concatenate(parts, 1)
    reduced = z @ first
    values, vectors = np.linalg.eigh((reduced.T @ reduced / len(reduced)).astype(np.float64))
    keep = np.argsort(-values)[:components]
    second = vectors[:, keep] / np.sqrt(np.maximum(values[keep], 0) + shrinkage)
    return Whitening(mean, scale, (first @ second.astype(np.float32)).astype(np.float32))


@dataclass(frozen=True, eq=False)
class TagFit:
    """Ridge regression of all tags.

    Attributes
    ----------
    weight, bias : ndarray, shape (components, tags), (tags,)
    held_out : ndarray, shape (photos, tags)
        Score of each photo by the fit without its fold.
    """

    weight: Floats
    bias: Floats
    held_out: Floats


def fit_tags(
    x: Floats, labels: npt.NDArray[np.bool_], fold: npt.NDArray[np.int64], penalty: float
) -> TagFit:
    """Fit all tags at once by ridge regression (Hoerl & Kennard 1970), cross-validated by fold."""
    y = labels.astype(np.float32)
    bias = y.mean(0)
    folds = np.unique(fold)
    grams = {f: (x[fold == f].T @ x[fold == f]).astype(np.float64) for f in folds}
    moments = {f: (x[fold == f].T @ (y[fold == f] - bias)).astype(np.float64) for f in folds}
    ridge = penalty * np.eye(x.shape[1])
    gram, moment = sum(grams.values()) + ridge, sum(moments.values())
    held_out = np.zeros_like(y)
    for f in folds:
        weight = np.linalg.solve(gram - grams[f], moment - moments[f])
        held_out[fold == f] = x[fold == f] @ weight.astype(np.float32) + bias
    weight = np.linalg.solve(gram, moment).astype(np.float32)
    return TagFit(weight, bias.astype(np.float32), held_out)


@dataclass(frozen=True, eq=False)
class CellFit:
    """Softmax regression of the geocells; logits are log-likelihoods up to a constant.

    Attributes
    ----------
    weight, bias : ndarray, shape (components, cells), (cells,)
    epochs
        How long it was trained.
    loss
        On the held-out photos, where there were any.
    """

    weight: Floats
    bias: Floats
    epochs: int
    loss: float


def fit_cells(
    x: Floats,
    target: Floats,
    weight: Floats,
    prior: Floats,
    *,
    basis: Floats | None = None,
    epochs: int,
    stop: int | None = None,
    rate: float = 3e-3,
    decay: float = 1.0,
    dropout: float = 0.3,
    mixup: float = 0.2,
    batch: int = 256,
    patience: int = 3,
    seed: int = 0,
    held_out: tuple[Floats, Floats, Floats] | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> CellFit:
    """Fit cells by balanced softmax (Ren et al. 2020) with soft targets and mixup.

    The log of the training photos' ``prior`` over cells is added to the logits while training and
    left out afterwards, so that the logits say what the photo says, not where photos come from.

    Parameters
    ----------
    x : ndarray, shape (photos, components)
    target : ndarray, shape (photos, cells)
        Rows sum to 1.
    weight : ndarray, shape (photos,)
    prior : ndarray, shape (cells,)
    basis : ndarray, shape (cells, axes)
        Directions over cells that are learned besides the cells themselves, such as smooth ones.
    stop
        Stop after this epoch; the schedule stays that of ``epochs``.
    epochs, rate, decay, dropout, mixup, batch, patience, seed
        Of AdamW under a one-cycle schedule; training stops early, and the best epoch counts, if
        the held-out loss has not fallen for ``patience`` epochs.
    held_out
        ``(x, target, weight)`` of photos to watch.
    progress
        Called with epoch and loss.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    matrix = torch.zeros((x.shape[1], target.shape[1]), requires_grad=True)
    bias = torch.zeros(target.shape[1], requires_grad=True)
    shared = torch.from_numpy(basis if basis is not None else np.zeros((target.shape[1], 0), "f4"))
    along = torch.zeros((x.shape[1], shared.shape[1]), requires_grad=True)
    inputs, goals, weights = (torch.from_numpy(a) for a in (x, target, weight))
    offset = torch.from_numpy(np.log(prior + 1e-6).astype(np.float32))
    optimiser = torch.optim.AdamW([matrix, along, bias], lr=rate, weight_decay=decay)
    batch = min(batch, len(x))
    steps = len(x) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=epochs * steps + 1, pct_start=0.15
    )
    best = (np.inf, (matrix + along @ shared.T).detach().clone(), bias.detach().clone(), 0)
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(x))
        total = 0.0
        for step in range(steps):
            rows = torch.from_numpy(order[step * batch : (step + 1) * batch])
            share = float(rng.beta(mixup, mixup)) if mixup else 1.0
            other = rows[torch.randperm(len(rows))]
            image = share * inputs[rows] + (1 - share) * inputs[other]
            goal = share * goals[rows] + (1 - share) * goals[other]
            each = share * weights[rows] + (1 - share) * weights[other]
            logits = (
                functional.dropout(image, dropout) @ (matrix + along @ shared.T) + bias + offset
            )
            loss = (-(goal * functional.log_softmax(logits, 1)).sum(1) * each).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        value = total / max(steps, 1)
        if held_out is not None:
            hx, hy, hw = (torch.from_numpy(a) for a in held_out)
            with torch.inference_mode():
                logits = hx @ (matrix + along @ shared.T) + bias + offset
                value = float(
                    (-(hy * functional.log_softmax(logits, 1)).sum(1) * hw).sum() / hw.sum()
                )
        if progress:
            progress(epoch, value)
        if held_out is None or value < best[0]:
            best = (
                value,
                (matrix + along @ shared.T).detach().clone(),
                bias.detach().clone(),
                epoch,
            )
        elif epoch - best[3] >= patience:
            break
        if epoch == stop:
            break
    return CellFit(best[1].numpy(), best[2].numpy(), best[3], float(best[0]))
