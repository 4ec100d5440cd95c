"""Write located photos in the format that was asked for."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from clues.errors import CluesError

if TYPE_CHECKING:
    from clues.pipeline import Location
    from clues.report.models import LocationReport

DEFAULT_FOLDER = Path("clues-report")


class Writer:
    """Writes located photos one by one; `close` writes what needs all of them.

    Parameters
    ----------
    kind
        ``text``, ``json``, ``jsonl``, ``html`` or ``md``.
    many
        Whether more than one photo will come.
    out
        File to write (for html and many photos: folder); standard output by default, for html
        the folder ``clues-report``.
    """

    def __init__(
        self, kind: str, *, many: bool, top: int, out: Path | None, against: str | None
    ) -> None:
        self.kind, self.many, self.top, self.out, self.against = kind, many, top, out, against
        self._reports: list[LocationReport] = []
        self._texts: list[str] = []

    def write(self, name: str, found: "Location") -> None:
        """Take one located photo; ``name`` is the file as the user gave it."""
        from clues.report.build import build

        if self.kind == "html":
            self._html(name, found)
            return
        report = build(found, self.top, file=name, against=self.against)
        if self.kind == "jsonl":
            self._line(report)
        else:
            self._reports.append(report)

    def close(self) -> None:
        """Write what was kept."""
        if self.kind == "text":
            self._text()
        elif self.kind == "json":
            self._json()
        elif self.kind == "md":
            from clues.report.markdown import location_markdown

            self._put("\n".join(location_markdown(report) for report in self._reports))
        elif self.kind == "jsonl" and self.out is not None:
            self._put("\n".join(self._texts))

    def _line(self, report: "LocationReport") -> None:
        from clues.report.json import to_json

        text = to_json(report, indent=None)
        if self.out is None:
            typer.echo(text)  # at once, so that a pipe sees it
        else:
            self._texts.append(text)

    def _json(self) -> None:
        from clues.report.json import to_json

        texts = [to_json(report) for report in self._reports]
        self._put("[\n" + ",\n".join(texts) + "\n]" if self.many else "".join(texts))

    def _text(self) -> None:
        from clues.report.terminal import batch_table, location_text

        if not self._reports:
            return
        body = batch_table(self._reports) if self.many else location_text(self._reports[0])
        if self.out is None:
            Console(highlight=False).print(body)
        else:
            console = Console(highlight=False, width=100, record=True, quiet=True)
            console.print(body)
            self._put(console.export_text())

    def _html(self, name: str, found: "Location") -> None:
        from clues.report.html import location_html

        page = location_html(found, self.top, file=name, against=self.against)
        path = self.out or DEFAULT_FOLDER
        if self.out is None or self.many or path.is_dir():
            path = path / f"{Path(name).stem}.html"
        _save(path, page)
        typer.echo(f"wrote {path}")

    def _put(self, text: str) -> None:
        if self.out is None:
            typer.echo(text)
        else:
            _save(self.out, text.rstrip("\n") + "\n")
            typer.echo(f"wrote {self.out}")


def _save(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CluesError(f"{path}: cannot be written ({error.strerror}).") from None
