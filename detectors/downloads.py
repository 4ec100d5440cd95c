"""Weights that do not ship: which there are, where they lie, and how they are fetched on request.

Nothing here runs by itself: only `clues models pull` downloads, and only what was named.
"""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from platformdirs import user_data_path

from clues.errors import CluesError
from clues.files import replacing
from detectors.manifest import WeightsError, sha256_of

_CHUNK = 1 << 20
_TIMEOUT_S = 30
_MIRROR = (
    "https://huggingface.co/Bingsu/yolo-world-mirror/resolve/"
    "414d0eef6ce72b3375f87d9c33ebc8db1e7a97ef/"
)
_AGPL = "AGPL-3.0 (ultralytics)"
# Why a checkpoint is opened with care; shown whenever one is fetched.
PICKLE_WARNING = (
    "A .pt file is a pickle, which can run any code when it is opened carelessly. Clues compares "
    "its sha256 first and opens it in weights-only mode; other programs may not."
)


@dataclass(frozen=True, slots=True)
class Download:
    """A weight file that a user may fetch.

    Attributes
    ----------
    name
        Of the file.
    url
        https, pinned to one revision.
    sha256
        As the publisher states it.
    megabytes
        Size of the file, in millions of bytes.
    licence, use
        For people.
    """

    name: str
    url: str
    sha256: str
    megabytes: float
    licence: str
    use: str


CATALOGUE = {
    entry.name: entry
    for entry in (
        Download(
            "yolov8s-worldv2.pt",
            f"{_MIRROR}yolov8s-worldv2.pt",
            "7c951d3baac2de906e3deda859b2ff965350fbfa14f51b81ea52f0e3d98519c8",
            25.9,
            _AGPL,
            "open vocabulary: looks for the prompts of cues",
        ),
        Download(
            "yolov8m-worldv2.pt",
            f"{_MIRROR}yolov8m-worldv2.pt",
            "22222b71ede9a59ef7e7eb060e3b58d94f63ae0b0f16b6d53e76cd188b4fb913",
            57.2,
            _AGPL,
            "open vocabulary, better and slower",
        ),
        Download(
            "yolov8l-worldv2.pt",
            f"{_MIRROR}yolov8l-worldv2.pt",
            "73931941f22bf5d7d696759f32046152ebe417cdd9a1fe21f82b10f7c0294a6f",
            94.2,
            _AGPL,
            "open vocabulary, for a GPU",
        ),
        Download(
            "ViT-B-32.pt",
            "https://openaipublic.azureedge.net/clip/models/"
            "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af/ViT-B-32.pt",
            "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
            354.0,
            "MIT (CLIP, OpenAI)",
            "open vocabulary: turns prompts into vectors; CLIP: zero-shot countries",
        ),
        Download(
            "yolov8n.pt",
            "https://huggingface.co/Ultralytics/YOLOv8/resolve/"
            "8a9e1a55f987a77f9966c2ac3f80aa8aa37b3c1a/yolov8n.pt",
            "31e20dde3def09e2cf938c7be6fe23d9150bbbe503982af13345706515f2ef95",
            6.5,
            _AGPL,
            "training: what `clues train` starts object detectors from",
        ),
    )
}


def models_dir() -> Path:
    """Return the user's folder of fetched weights; ``CLUES_MODELS`` overrides the default."""
    wanted = os.environ.get("CLUES_MODELS")
    return Path(wanted) if wanted else user_data_path("clues", appauthor=False) / "models"


def fetched(name: str, folder: Path | None = None) -> Path | None:
    """Return a fetched file, after checking it; None if it is not there.

    Raises
    ------
    WeightsError
        If it is not what the catalogue describes.
    """
    path = (folder or models_dir()) / name
    if not path.is_file():
        return None
    if sha256_of(path) != CATALOGUE[name].sha256:
        raise WeightsError(
            f"{path}: its sha256 is not the published one; delete it and type: "
            f"clues models pull {name}"
        )
    return path


def pull(
    name: str, folder: Path | None = None, progress: Callable[[int], object] = lambda _: None
) -> Path:
    """Download a file of the catalogue, check it, and return where it lies.

    Parameters
    ----------
    name
        A key of `CATALOGUE`.
    folder
        The user's folder by default.
    progress
        Called with the number of bytes of each piece.

    Raises
    ------
    CluesError
        If the name is unknown or the network fails; says how to bring the file by hand.
    WeightsError
        If what came is not the published file; nothing is kept then.
    """
    if name not in CATALOGUE:
        raise CluesError(f"no model is called '{name:.40}'; there are {', '.join(CATALOGUE)}.")
    entry, target = CATALOGUE[name], (folder or models_dir()) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with replacing(target) as temporary:
        try:
            with (
                urllib.request.urlopen(entry.url, timeout=_TIMEOUT_S) as source,
                temporary.open("wb") as stream,
            ):
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    stream.write(chunk)
                    progress(len(chunk))
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", error)
            raise CluesError(
                f"{urlsplit(entry.url).hostname} cannot be reached ({reason}). Without a network: "
                f"fetch {entry.url} elsewhere and put it at {target}."
            ) from None
        if digest.hexdigest() != entry.sha256:
            raise WeightsError(
                f"{entry.url}: what came is not the published file (sha256); nothing was kept."
            )
    return target
