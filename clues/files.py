"""Write files so that a reader, a crash or a full disk leaves the old content or the new."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder, which takes the place of ``path`` at the end.

    If the block fails, or its process is killed, ``path`` stays as it was. Rights of an existing
    file are kept. A target that is no regular file (``/dev/stdout``) is written directly.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    prefix = f".{path.name[:100]}."
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".tmp")
    except OSError as error:  # name the file that was asked for, not the temporary one
        raise OSError(error.errno, error.strerror, str(path)) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _sync(temporary)
        # a temporary file is private; the new file keeps the old one's rights, or the usual ones
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def replacing_all(folder: Path) -> Iterator[Path]:
    """Yield an empty folder whose files take the places of those of ``folder`` at the end.

    One rename, of the folder with all files complete, decides between old and new. Moving the
    files into place comes after it, and `finish_replacing` does what a killed process left of that.
    Files of other names stay.

    Raises
    ------
    OSError
        If they cannot be written; nothing has changed then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    finish_replacing(folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
        made = Path(name, "made")
        made.mkdir()
        yield made
        for path in made.iterdir():
            _sync(path)
        made.rename(_complete(folder))
    finish_replacing(folder)


def finish_replacing(folder: Path) -> None:
    """Move the files into place that a killed `replacing_all` had complete; readers call it first.

    Raises
    ------
    OSError
        If they cannot be moved.
    """
    complete = _complete(folder)
    if not complete.is_dir():
        return
    with contextlib.suppress(FileNotFoundError):  # another process does the same
        for path in sorted(complete.iterdir()):
            path.replace(folder / path.name)
        complete.rmdir()


def _complete(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.complete")


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8 in place of a file; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
