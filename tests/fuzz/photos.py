"""`python -m tests.fuzz.photos`: mutated photos against `clues.photo.open_photo`."""

import io
import random
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image, ImageCms, features

from clues.limits import MAX_PIXELS
from clues.photo import open_photo
from tests.fuzz import mutate
from tests.fuzz.engine import Target, main

PNG = b"\x89PNG\r\n\x1a\n"


@cache
def corpus() -> dict[str, bytes]:
    """Return honest photos in every accepted format and many of their variants."""
    rows, columns = np.mgrid[0:48, 0:64]
    pixels = np.stack([rows * 5, columns * 4, rows * columns % 256], -1).astype(np.uint8)
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.9), 3: "E", 4: (2.0, 17.0, 40.0)})
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    deep = Image.fromarray((rows * columns * 20).astype(np.uint16))
    second = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    many = {"save_all": True, "append_images": [second, second]}
    saves = {
        "jpeg": (image, "JPEG", {"exif": exif, "icc_profile": icc}),
        "jpeg-progressive": (image, "JPEG", {"progressive": True, "comment": b"hello"}),
        "jpeg-cmyk": (image.convert("CMYK"), "JPEG", {}),
        "mpo": (image, "MPO", many),
        "png": (image, "PNG", {"exif": exif, "icc_profile": icc}),
        "png-16": (deep, "PNG", {}),
        "png-palette": (image.convert("P"), "PNG", {"transparency": 3}),
        "png-alpha": (image.convert("RGBA"), "PNG", {}),
        "apng": (image, "PNG", many),
        "gif": (image, "GIF", many),
        "bmp": (image, "BMP", {}),
        "tiff-lzw": (image, "TIFF", {"compression": "tiff_lzw"}),
        "tiff-deflate": (deep, "TIFF", {"compression": "tiff_adobe_deflate"}),
        "tiff-jpeg": (image, "TIFF", {"compression": "jpeg"}),
        "tiff-raw": (image, "TIFF", {"exif": exif}),
        "tiff-float": (deep.convert("F"), "TIFF", {}),
    }
    if features.check("webp"):
        saves["webp"] = (image, "WEBP", {"exif": exif, "icc_profile": icc})
        saves["webp-lossless"] = (image, "WEBP", {"lossless": True})
        saves["webp-moving"] = (image, "WEBP", many)
    if features.check("avif"):
        saves["avif"] = (image, "AVIF", {"exif": exif})
    photos = {}
    for name, (one, kind, options) in saves.items():
        stream = io.BytesIO()
        one.save(stream, kind, **options)
        photos[name] = stream.getvalue()
    return photos


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk with a right checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_size(rng: random.Random) -> bytes:
    """Claim any size, with checksums right."""
    size = [rng.choice((0, 1, 15, 16, 7_071, 7_072, 65_535, 2**20, 2**31 - 1)) for _ in range(2)]
    if rng.random() < 0.4:
        depth, colour = rng.choice(((8, 2), (16, 6), (1, 0), (8, 3), (3, 7)))
        header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, rng.randint(0, 1))
        body = zlib.compress(bytes(rng.choice((0, 1_000, 3_000_000))))
        return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    name = rng.choice(("jpeg", "gif", "bmp", "webp"))
    data = bytearray(corpus().get(name, corpus()["jpeg"]))
    small = [min(side, 65_535) for side in size]
    if name == "jpeg":
        at = data.find(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", *small)
    elif name == "gif":
        data[6:10] = struct.pack("<HH", *small)
    elif name == "bmp":
        data[18:26] = struct.pack("<ii", *size)
    else:
        data[26:30] = struct.pack("<HH", *small)
    return bytes(data)


def hostile_metadata(rng: random.Random) -> bytes:
    """Put noise, loops, or text that unpacks to 60 MB, where metadata belongs."""
    blob = rng.choice((_exif_loop, _noise, _bomb))(rng)
    if rng.random() < 0.5:
        data = corpus()["png"]
        kind, body = rng.choice((
            (b"eXIf", blob), (b"iCCP", b"x\0\0" + blob),
            (b"zTXt", b"Raw profile type exif\0\0" + blob),
            (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + blob), (b"tEXt", b"Comment\0" + blob),
        ))  # fmt: skip
        return data[:33] + chunk(kind, body) * rng.choice((1, 3)) + data[33:]
    data, blob = corpus()["jpeg-progressive"], blob[:65_000]
    marker, start = rng.choice((
        (b"\xff\xe1", b"Exif\0\0"), (b"\xff\xe2", b"ICC_PROFILE\0\1\1"), (b"\xff\xe2", b"MPF\0"),
        (b"\xff\xed", b"Photoshop 3.0\0"), (b"\xff\xe1", b"http://ns.adobe.com/xap/1.0/\0"),
        (b"\xff\xee", b"Adobe"),
    ))  # fmt: skip
    body = start + blob
    segment = marker + struct.pack(">H", len(body) + 2) + body
    return data[:2] + segment * rng.choice((1, 2, 20)) + data[2:]


def _exif_loop(rng: random.Random) -> bytes:
    """Return EXIF whose directories point at themselves, or far outside, with odd counts."""
    entries = b"".join(
        struct.pack("<HHII", rng.choice((0x0112, 0x8769, 0x8825, 0x0111, 0xA005)),
                    rng.randrange(0, 14), rng.choice((1, 2, 2**31, 2**32 - 1)),
                    rng.choice((8, 9, 6, 2**31, 2**32 - 1)))
        for _ in range(rng.randint(1, 30))
    )  # fmt: skip
    count = len(entries) // 12
    return b"II*\0\x08\0\0\0" + struct.pack("<H", count) + entries + struct.pack("<I", 8)


def _noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(0, 3_000))


def _bomb(rng: random.Random) -> bytes:
    return _packed_zeros()


@cache
def _packed_zeros() -> bytes:
    return zlib.compress(bytes(60_000_000), 9)


def make(rng: random.Random) -> tuple[bytes, str]:
    """Return a mutated photo and the name of the mutation."""
    name = rng.choice(sorted(corpus()))
    data = corpus()[name]
    way = rng.choice(
        ("bits", "bits", "cut", "header", "header", "size", "nested", "metadata", "repeat", "noise")
    )
    if way == "bits":
        return mutate.flip_bits(data, rng), way
    if way == "cut":
        return mutate.truncate(data, rng), way
    if way == "header":
        return mutate.lie_in_header(data, rng), way
    if way == "size":
        return huge_size(rng), way
    if way == "nested":
        return mutate.splice(data, corpus()[rng.choice(sorted(corpus()))], rng), way
    if way == "metadata":
        return hostile_metadata(rng), way
    if way == "repeat":
        return mutate.repeat(data, rng), way
    return rng.choice((b"", PNG, b"\xff\xd8", b"RIFF\0\0\0\0WEBP")) + mutate.noise(rng), way


def feed(data: bytes) -> None:
    """Open a photo; what is accepted must be upright RGB within the limits."""
    photo = open_photo(data, name="photo.jpg")
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.ndim == 3
    assert photo.pixels.shape[2] == 3
    assert photo.pixels.size <= 3 * MAX_PIXELS
    assert not photo.image().info


TARGETS = [Target("photos", make, feed, warm=corpus)]

if __name__ == "__main__":
    main(TARGETS)
