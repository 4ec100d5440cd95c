"""Pooled features of many photos, computed once and kept: resumable, on CPU or CUDA."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from detectors.backbone import network_input

Floats = npt.NDArray[np.float32]
_CHUNK = 512  # photos per checkpoint
_BATCH = 8


def read_inputs(paths: Sequence[Path]) -> Floats:
    """Return photos as network inputs, shape (photos, 3, HEIGHT, WIDTH)."""
    return np.stack([network_input(Image.open(path).convert("RGB")) for path in paths])


def extract(pool: Any, paths: Sequence[Path], folder: Path, *, name: str, threads: int = 2) -> Any:
    """Return pooled features, shape (photos, features), float16.

    Every 512 photos are a checkpoint in ``folder`` (safetensors); a run that was stopped goes on
    after the last one. On CUDA the module runs in torch with mixed precision, else through
    onnxruntime, which is about six times faster than torch on a CPU.
    """
    from rich.progress import Progress
    from safetensors.numpy import load_file, save_file

    folder.mkdir(parents=True, exist_ok=True)
    run = None
    chunks = []
    with Progress(transient=True) as progress, ThreadPoolExecutor(1) as reader:
        bar = progress.add_task(f"features {name}", total=len(paths))
        for start in range(0, len(paths), _CHUNK):
            part = paths[start : start + _CHUNK]
            kept = folder / f"{name}-{start:06d}.safetensors"
            if not (kept.is_file() and len(load_file(kept)["features"]) == len(part)):
                run = run or _runner(pool, folder / f"{name}.onnx", threads)
                rows = []
                batches = [part[i : i + _BATCH] for i in range(0, len(part), _BATCH)]
                for images in reader.map(read_inputs, batches):
                    rows.append(run(images).astype(np.float16))
                    progress.advance(bar, len(images))
                save_file({"features": np.concatenate(rows)}, kept)
            else:
                progress.advance(bar, len(part))
            chunks.append(load_file(kept)["features"])
    return np.concatenate(chunks)


def _runner(pool: Any, path: Path, threads: int) -> Any:
    import torch

    if torch.cuda.is_available():
        module = pool.cuda().half()
        with torch.inference_mode():
            return lambda images: (
                module(torch.from_numpy(images).cuda().half())[0].float().cpu().numpy()
            )
    import onnxruntime as ort

    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            pool,
            (torch.from_numpy(np.zeros((2, 3, 288, 304), np.float32)),),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["image"],
            output_names=["pooled", "last"],
            dynamic_axes={"image": {0: "n"}, "pooled": {0: "n"}, "last": {0: "n"}},
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(["pooled"], {"image": images})[0]
