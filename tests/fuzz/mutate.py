"""Mutations that know nothing of the format."""

import random

_ODD_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def flip_bits(data: bytes, rng: random.Random) -> bytes:
    """Flip a few bits, or many."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 64, max(1, len(out) // 50)))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def truncate(data: bytes, rng: random.Random) -> bytes:
    """Cut the end off, or a piece out."""
    if len(data) < 2:
        return b""
    start = rng.randrange(len(data))
    if rng.random() < 0.6:
        return data[:start]
    return data[:start] + data[start + rng.randrange(1, len(data)) :]


def lie_in_header(data: bytes, rng: random.Random) -> bytes:
    """Put odd numbers of 1, 2, 4 or 8 bytes near the start, or anywhere."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        width = rng.choice((1, 2, 4, 8))
        at = rng.randrange(min(len(out), rng.choice((32, 128, len(out)))))
        number = rng.choice(_ODD_NUMBERS) & (256**width - 1)
        order = rng.choice(("big", "little"))
        out[at : at + width] = number.to_bytes(width, order)  # type: ignore[arg-type]
    return bytes(out)


def splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Go on in another file, or nest it."""
    at = rng.randrange(len(data))
    if rng.random() < 0.5:
        return data[:at] + other[rng.randrange(len(other)) :]
    return data[:at] + other + data[at:]


def repeat(data: bytes, rng: random.Random) -> bytes:
    """Repeat a piece many times, to about 1 MB at the most."""
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randrange(1, 200)]
    times = rng.choice((2, 10, 1_000))
    return (data[:start] + piece * times + data[start:])[:1_000_000]


def noise(rng: random.Random) -> bytes:
    """Return random bytes."""
    return rng.randbytes(rng.randrange(0, 4_000))
