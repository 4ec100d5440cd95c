"""What a photo may be: its size and its format.

Apart from `clues.photo`, so that a page may name the limits before Pillow and numpy are imported.
"""

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 50_000_000
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".mpo", ".avif"}
)
