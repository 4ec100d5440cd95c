"""Open a photo safely: bounded in size, upright, stripped of all metadata."""

import hashlib
import io
import logging
import math
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from clues.errors import PhotoError, brief_reason, reason
from clues.limits import MAX_BYTES, MAX_PIXELS, SUFFIXES

# Larger photos are scaled down to it. Nothing is read at more than 2,560 pixels but plates and
# signs that were cut out; a camera's 12 megapixels (4,032 x 3,024) stay as they are.
SEEN_PIXELS = 12_500_000
MIN_SIDE = 16
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "MPO", "AVIF")
_SCALED_AS_IS = ("RGB", "RGBA", "L", "CMYK")  # before they are made RGB: that is 200 MB less
_MAX_RATIO = 200  # a strip thinner than this is no photo, and starves the networks
_STDERR = threading.Lock()
# Without a handler, what Pillow logs of damaged files would be a second sentence beside ours.
logging.getLogger("PIL").addHandler(logging.NullHandler())

Source = str | Path | bytes | Image.Image | npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An upright RGB photo without metadata, of at most 12.5 megapixels.

    Attributes
    ----------
    pixels : ndarray, shape (height, width, 3), uint8
        RGB, with the EXIF orientation applied. Read-only.
    name : str
        For people: the file's name, or ``photo``.
    sha256 : str
        Of the decoded pixels, so that it identifies what the detectors see.
    """

    pixels: npt.NDArray[np.uint8]
    name: str = "photo"
    sha256: str = field(default="", repr=False)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    def image(self) -> Image.Image:
        """Return a PIL copy, for drawing and saving; it carries no metadata."""
        return Image.fromarray(self.pixels)


def open_photo(source: Source, name: str | None = None) -> Photo:
    """Open a photo from a path, bytes, a PIL image or an RGB array.

    EXIF is used for the orientation alone and then dropped: GPS never reaches inference.
    Animated images give their first frame; CMYK, 16-bit, palette and transparent ones become
    8-bit RGB on white. What has over 12.5 megapixels is scaled down to that.

    Raises
    ------
    PhotoError
        With one sentence, if the source is missing, not an image, truncated, over 25 MB or
        50 megapixels, or thinner than 1:200.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, name or "photo")
    if isinstance(source, Image.Image):
        return _from_image(source, name or "photo")
    if isinstance(source, bytes):
        label, data = name or "photo", source
    else:
        path = Path(source)
        label, data = name or str(path), _read(path)
    return _from_bytes(data, label)


def find_photos(folder: Path) -> list[Path]:
    """Return the photos below a folder by their suffix, sorted; hidden files are left out.

    Folders that cannot be read are returned among them: opening one says so.
    """
    found: list[Path] = []
    unread: list[OSError] = []
    for place, _, names in os.walk(folder, onerror=unread.append):
        paths = (Path(place, name) for name in names if not name.startswith("."))
        found += (p for p in paths if p.suffix.lower() in SUFFIXES and p.is_file())
    return sorted(found + [Path(error.filename) for error in unread])


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_dir():
            os.scandir(path).close()  # says so if it cannot be read
            raise PhotoError(f"{path}: this is a folder; name a photo inside it.")
        if not path.is_file():
            raise PhotoError(f"{path}: this is not a regular file; name a photo file.")
        if size > MAX_BYTES:
            raise PhotoError(_too_big(str(path), size))
        return path.read_bytes()
    except FileNotFoundError:
        raise PhotoError(f"{path}: no such file; check the path.") from None
    except (OSError, ValueError) as error:
        raise PhotoError(f"{path!s:.200}: cannot be read ({reason(error)}).") from None


def _too_big(label: str, size: int) -> str:
    return (
        f"{label}: {size / 1e6:.0f} MB is over the limit of {MAX_BYTES // 2**20} MB; "
        "save it smaller."
    )


def _from_bytes(data: bytes, label: str) -> Photo:
    if not data:
        raise PhotoError(f"{label}: the file is empty (0 bytes); save or download it again.")
    if len(data) > MAX_BYTES:
        raise PhotoError(_too_big(label, len(data)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # hostile metadata makes Pillow chatty; nothing uses it
        try:
            image = Image.open(io.BytesIO(data), formats=_formats())
        except Image.DecompressionBombError:
            raise PhotoError(
                f"{label}: it claims far more than the limit of {MAX_PIXELS // 1_000_000} "
                "megapixels; scale it down."
            ) from None
        # With ultralytics in the process, Pillow's open() asks for a HEIF package it may not have.
        except (UnidentifiedImageError, ImportError):
            raise PhotoError(
                f"{label}: this is not an image that Clues can read; "
                "use JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF."
            ) from None
        except Exception as error:  # Pillow's parsers raise many kinds on hostile bytes
            raise PhotoError(f"{label}: the image is damaged ({brief_reason(error)}).") from None
        _check_size(image.width, image.height, label)
        if _is_large(image):
            image.draft(None, _fitting(image, 0.96 * SEEN_PIXELS))  # a JPEG is decoded at half size
        return _from_image(image, label)


@cache
def _formats() -> list[str]:
    """Return the accepted formats that this build of Pillow can read (AVIF is optional)."""
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _from_image(image: Image.Image, label: str) -> Photo:
    _check_size(image.width, image.height, label)
    with warnings.catch_warnings(), _silence(image.format):
        warnings.simplefilter("ignore")
        try:
            image.load()
            upright = _upright(image)
            if upright.mode in _SCALED_AS_IS and "transparency" not in upright.info:
                upright = _scaled_down(upright)
            rgb = _scaled_down(_to_rgb(upright))
        except Exception as error:  # truncated, bad checksum, unsupported compression, ...
            raise PhotoError(
                f"{label}: the image is truncated or damaged ({brief_reason(error)}); "
                "save or download it again."
            ) from None
    return _finish(np.asarray(rgb, dtype=np.uint8), label)


def _scaled_down(image: Image.Image) -> Image.Image:
    if not _is_large(image):
        return image
    size = _fitting(image, SEEN_PIXELS)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _is_large(image: Image.Image) -> bool:
    return image.width * image.height > SEEN_PIXELS


def _fitting(image: Image.Image, pixels: float) -> tuple[int, int]:
    """Return the size of so many pixels that has an image's shape."""
    scale = math.sqrt(pixels / (image.width * image.height))
    return int(image.width * scale), int(image.height * scale)


@contextmanager
def _silence(kind: str | None) -> Iterator[None]:
    """Keep libtiff from writing to standard error, past Python, what it thinks of a damaged file.

    The descriptor is the whole process's, hence the lock and hence for TIFF alone.
    """
    if kind != "TIFF":
        yield
        return
    with _STDERR:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def _upright(image: Image.Image) -> Image.Image:
    try:
        if image.getexif().get(ExifTags.Base.Orientation, 1) == 1:
            return image  # nothing to turn: spare the copy, up to 200 MB
        return ImageOps.exif_transpose(image)
    except Exception:  # hostile EXIF: an unknown orientation is no reason to refuse the pixels
        return image


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.array(image, dtype=np.float32)  # in place from here: it may be 200 MB
        np.nan_to_num(values, copy=False)
        values *= 1 / 257 if values.max(initial=0) > 255 else 1
        np.clip(values, 0, 255, out=values)
        return Image.fromarray(values.astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGB", rgba.size, "white")
        white.paste(rgba, mask=rgba)
        return white
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_array(array: npt.NDArray[Any], label: str) -> Photo:
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8:
        raise PhotoError(
            f"{label}: an array must be RGB, uint8, of shape (height, width, 3); "
            f"this one is {array.dtype} {array.shape}."
        )
    _check_size(array.shape[1], array.shape[0], label)
    if array.shape[0] * array.shape[1] > SEEN_PIXELS:
        array = np.asarray(_scaled_down(Image.fromarray(array)))
    return _finish(array, label)


def _check_size(width: int, height: int, label: str) -> None:
    if min(width, height) < MIN_SIDE:
        raise PhotoError(
            f"{label}: {width} x {height} pixels is too small to hold a clue; "
            f"use a photo of at least {MIN_SIDE} x {MIN_SIDE}."
        )
    if width * height > MAX_PIXELS:
        raise PhotoError(
            f"{label}: {width} x {height} pixels is over the limit of "
            f"{MAX_PIXELS // 1_000_000} megapixels; scale it down."
        )
    if max(width, height) > _MAX_RATIO * min(width, height):
        raise PhotoError(f"{label}: {width} x {height} pixels is too thin a strip for a photo.")


def _finish(pixels: npt.NDArray[np.uint8], label: str) -> Photo:
    pixels = np.ascontiguousarray(pixels)
    if pixels.flags.writeable:
        pixels = pixels.copy()
    pixels.setflags(write=False)
    digest = hashlib.sha256(f"{pixels.shape}".encode())
    digest.update(pixels.data)
    return Photo(pixels=pixels, name=Path(label).name[:200], sha256=digest.hexdigest())
