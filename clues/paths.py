"""Where data lives, in a checkout and in an installed wheel alike."""

import atexit
import contextlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

# `clues`, `kb` and `detectors` are siblings both in a checkout and in site-packages.
ROOT = Path(__file__).resolve().parent.parent
KB_DIR = ROOT / "kb"
WEIGHTS_DIR = ROOT / "detectors" / "weights"


@cache
def cache_dir() -> Path:
    """Return the user's cache folder for Clues, created on demand.

    ``CLUES_CACHE`` overrides the platform's default. Where the folder cannot be written (a
    read-only home), a temporary folder of this process serves instead, so that nothing fails; what
    the folder holds is linked there, and so is not made anew. Where there is no place for a
    temporary folder either, caches do without.
    """
    wanted = Path(os.environ["CLUES_CACHE"]) if os.environ.get("CLUES_CACHE") else None
    folder = wanted or user_cache_path("clues", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    try:
        temporary = Path(tempfile.mkdtemp(prefix="clues-cache-"))
    except OSError:
        return folder
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    with contextlib.suppress(OSError):  # shutil.Error, of many files, is one
        shutil.copytree(folder.resolve(), temporary, copy_function=os.symlink, dirs_exist_ok=True)
    return temporary
