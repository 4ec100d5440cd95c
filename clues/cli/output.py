"""Write located photos in the format that was asked for."""

import io
import tempfile
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer
from rich.console import Console

from clues.errors import CluesError

if TYPE_CHECKING:
    from clues.pipeline import Location
    from clues.report.models import LocationReport

DEFAULT_FOLDER = Path("clues-report")


class Format(StrEnum):
    """Output formats of `clues locate`."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"
    MARKDOWN = "markdown"
    MD = "md"
    CSV = "csv"
    GEOJSON = "geojson"
    KML = "kml"


class Writer:
    """Writes located photos one by one; `close` writes what needs all of them.

    Parameters
    ----------
    many
        Whether more than one photo will come.
    out
        File to write (for html and many photos: folder); standard output by default, for html
        the folder ``clues-report``.
    keep_plates
        Leave number plates readable: in the picture of an HTML report and in notes.

    Raises
    ------
    CluesError
        If ``out`` cannot be written: better before hours of work than after.
    """

    def __init__(
        self,
        kind: Format,
        *,
        many: bool,
        top: int,
        out: Path | None,
        against: str | None,
        keep_plates: bool = False,
    ) -> None:
        self.kind, self.many, self.top, self.out, self.against = kind, many, top, out, against
        self.keep_plates = keep_plates
        self._reports: list[LocationReport] = []
        self._pages: set[Path] = set()
        self._stream: TextIO | None = None
        self._check_out()

    def write(self, name: str, found: "Location") -> None:
        """Take one located photo; ``name`` is the file as the user gave it."""
        from clues.report.build import build
        from clues.report.private import without_plate_text

        if self.kind is Format.HTML:
            self._html(name, found)
            return
        report = build(found, self.top, file=name, against=self.against)
        if not self.keep_plates:
            report = without_plate_text(report)
        if self.kind is Format.JSONL:
            self._line(report)
        else:
            self._reports.append(report)

    def close(self) -> None:
        """Write what was kept."""
        if self._stream is not None:
            self._stream.close()
        if self.kind in (Format.HTML, Format.JSONL) or not self._reports:
            return
        if self.kind is Format.TEXT:
            self._text()
        else:
            self._put(_renderer(self.kind)(self._reports, self.many))

    def _check_out(self) -> None:
        if self.out is None:
            path = DEFAULT_FOLDER if self.kind is Format.HTML else None
        else:
            path = self.out
        if path is None:
            return
        if self.kind is Format.HTML and self.many and path.suffix.lower() in (".html", ".htm"):
            raise CluesError(f"{path}: --out must name a folder, for there are several photos.")
        if self.kind is not Format.HTML and path.is_dir():
            raise CluesError(
                f"{path}: is a folder; --out must name a file for --format {self.kind}."
            )
        folder = path if self.kind is Format.HTML and self.many else path.parent
        if path.exists() and not path.is_file() and not path.is_dir():
            return  # a device such as /dev/stdout
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise _unwritable(path, error) from None

    def _line(self, report: "LocationReport") -> None:
        """Write a line at once: a pipe sees it, and a stopped run keeps what it has done."""
        from clues.report.json import to_json

        text = to_json(report, indent=None)
        if self.out is None:
            typer.echo(text)
            return
        try:
            if self._stream is None:
                self.out.parent.mkdir(parents=True, exist_ok=True)
                self._stream = self.out.open("w", encoding="utf-8")
                typer.echo(f"writing {self.out}")
            self._stream.write(text + "\n")
            self._stream.flush()
        except OSError as error:
            raise _unwritable(self.out, error) from None

    def _text(self) -> None:
        from clues.report.terminal import batch_table, location_text

        body = batch_table(self._reports) if self.many else location_text(self._reports[0])
        if self.out is None:
            Console(highlight=False).print(body)
        else:
            page = io.StringIO()
            Console(file=page, highlight=False, width=100).print(body)
            self._put(page.getvalue())

    def _html(self, name: str, found: "Location") -> None:
        from clues.report.html import location_html

        page = location_html(
            found, self.top, file=name, against=self.against, keep_plates=self.keep_plates
        )
        path = self.out or DEFAULT_FOLDER
        if self.out is None or self.many or path.is_dir():
            path = self._new_page(path, Path(name).stem)
        _save(path, page)
        typer.echo(f"wrote {path}")

    def _new_page(self, folder: Path, stem: str) -> Path:
        """Return a path that no other photo of this run has: a.jpg and b/a.jpg need two."""
        path, number = folder / f"{stem}.html", 2
        while path in self._pages:
            path, number = folder / f"{stem}-{number}.html", number + 1
        self._pages.add(path)
        return path

    def _put(self, text: str) -> None:
        if self.out is None:
            typer.echo(text.rstrip("\n"))
        else:
            _save(self.out, text.rstrip("\n") + "\n")
            typer.echo(f"wrote {self.out}")


def _renderer(kind: Format) -> "Callable[[Sequence[LocationReport], bool], str]":
    """Return what makes one text of all reports; the second argument says if many were asked."""
    from clues.report import points
    from clues.report.json import to_json
    from clues.report.markdown import location_markdown

    def as_json(reports: "Sequence[LocationReport]", many: bool) -> str:
        texts = [to_json(report) for report in reports]
        return "[\n" + ",\n".join(texts) + "\n]" if many else texts[0]

    def as_markdown(reports: "Sequence[LocationReport]", many: bool) -> str:
        return "\n".join(location_markdown(report) for report in reports)

    return {
        Format.JSON: as_json,
        Format.MARKDOWN: as_markdown,
        Format.MD: as_markdown,
        Format.CSV: lambda reports, many: points.to_csv(reports),
        Format.GEOJSON: lambda reports, many: points.to_geojson(reports),
        Format.KML: lambda reports, many: points.to_kml(reports),
    }[kind]


def _save(path: Path, text: str) -> None:
    from clues.files import write_text

    try:
        write_text(path, text)
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> CluesError:
    return CluesError(f"{path}: cannot be written ({error.strerror}); choose another --out.")
