"""Reports for a terminal, light or dark, 80 columns or more; plain text when piped."""

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from clues.report import words
from clues.report.ledger import MAX_CUES, Citation, Step, by_weight, ledger, without_lines
from clues.report.models import CueEntry, FailureEntry, LocationReport, QuestionEntry, RegionEntry

# Both read well on white and on black, and differ for colour-blind eyes; signs say it as well.
_FOR, _AGAINST = "cyan", "magenta"
_INDENT = (0, 0, 0, 1)
_STEPS = 6


class Bar:
    """A bar from one share of its width to another, in eighths of a character."""

    def __init__(self, begin: float, end: float, width: int, style: str) -> None:
        self.begin, self.end = sorted((min(max(begin, 0), 1), min(max(end, 0), 1)))
        self.width = width
        self.style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the bar."""
        first, last = round(self.begin * self.width * 8), round(self.end * self.width * 8)
        if last == first and self.end > self.begin:
            last = first + 1  # a sliver stays visible
        start, full, rest = first // 8, last // 8 - first // 8, last % 8
        if options.ascii_only:
            body = "#" * max(full, int(last > first))
        else:
            body = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
        text = (" " * start + body)[: self.width].ljust(self.width)
        yield Segment(text, Style.parse(self.style))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the fixed width."""
        return Measurement(self.width, self.width)


def location_text(report: LocationReport) -> RenderableType:
    """Return a whole report on one photo."""
    parts: list[RenderableType] = [_headline(report)]
    if report.cues:
        order = by_weight(report)
        parts += [_heading("What was seen"), _cues([report.cues[i] for i in order[:MAX_CUES]])]
        if len(order) > MAX_CUES:
            parts.append(_note(f"and {len(order) - MAX_CUES} weaker cues; `clues cues` lists all"))
    parts += [_heading("Where"), _ranked(report)]
    if report.cues and report.against_runner_up is not None:
        parts += list(_why(report))
    questions = words.worth_asking(report.questions)
    if questions:
        parts += [_heading("What to look for next"), _questions(questions)]
    if report.failures:
        parts += [_heading("Not run"), _failures(report.failures)]
    return Group(*parts)


def standing(report: LocationReport) -> RenderableType:
    """Return the answer and the ranked regions alone, for a dialogue."""
    return Group(_headline(report), Text(), _ranked(report))


def cues_table(cues: Sequence[CueEntry], failures: Sequence[FailureEntry] = ()) -> RenderableType:
    """Return what the detectors saw, and the ones that failed."""
    parts: list[RenderableType] = [_cues(cues) if cues else _note("No cues.")]
    if failures:
        parts += [_heading("Not run"), _failures(failures)]
    return Group(*parts)


def batch_table(reports: Iterable[LocationReport]) -> RenderableType:
    """Return one line a photo."""
    table = _table("Photo", "Country", "Region", "Point", right=("P",))
    for report in reports:
        country = report.top.country[0]
        table.add_row(
            _text(report.file),
            Text(country.name, style="" if report.answer else "dim"),
            Text(report.region),
            Text(words.coordinates(report.lat, report.lon)),
            Text(words.percent(country.probability)),
        )
    return table


def _headline(report: LocationReport) -> RenderableType:
    half, most = report.credible_areas
    lines = [
        Text(words.safe(report.file), style="dim"),
        Text(report.sentence, style="bold"),
        Text(
            f"{words.coordinates(report.lat, report.lon)}; expected score "
            f"{report.expected_score:,.0f} of 5,000"
        ),
        Text(
            f"{words.percent(half.share)} of the probability within {words.km2(half.km2)}, "
            f"{words.percent(most.share)} within {words.km2(most.km2)}"
        ),
    ]
    if report.conflict_bits > words.CONFLICT_WORTH_SAYING_BITS:
        lines.append(Text(words.conflict(report.conflict_bits, report.misfit), style=_AGAINST))
    return Padding(Group(*(line for line in lines if line.plain)), _INDENT)


def _cues(cues: Sequence[CueEntry]) -> RenderableType:
    table = _table("Cue", "Value", "Seen by")
    table.expand = True
    for column, ratio in zip(table.columns, (5, 4, 9), strict=True):
        column.ratio = ratio
    for cue in cues:
        style = "" if cue.counted else "dim"
        seen = ": ".join(part for part in (words.safe(cue.detector), words.safe(cue.note)) if part)
        if not cue.counted:
            seen += " (counted once)"
        table.add_row(_text(cue.says, style), _text(cue.label, style), _text(seen, style))
    return table


def _ranked(report: LocationReport) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    for justify in ("left", "right", "left", "left", "right", "left"):
        table.add_column(justify=justify, overflow="ellipsis", no_wrap=True)
    countries = [one for one in report.top.country if one.probability > 0]
    subdivisions = [one for one in report.top.subdivision if one.probability > 0]
    for index in range(max(len(countries), len(subdivisions))):
        table.add_row(*_ranked_cell(countries, index, 10), *_ranked_cell(subdivisions, index, 10))
    return Padding(table, _INDENT)


def _ranked_cell(
    regions: Sequence[RegionEntry], index: int, width: int
) -> Iterator[RenderableType]:
    if index >= len(regions):
        yield from (Text(), Text(), Text())
        return
    one = regions[index]
    yield Text(words.placed(one.name, one.code) if one.level == "subdivision" else one.name)
    yield Text(words.percent(one.probability))
    yield Bar(0, one.probability, width, _FOR)


def _why(report: LocationReport) -> Iterator[RenderableType]:
    why = report.against_runner_up
    assert why is not None
    yield _heading(f"Why {why.a_name} and not {why.b_name}, in bits")
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    steps = ledger(report, why, _STEPS)
    for step in steps:
        style = _FOR if step.bits is None or step.bits >= 0 else _AGAINST
        table.add_row(
            Text(words.bits(step.bits), style="bold" if step.total else style),
            Bar(step.begin, step.end, 14, "bold" if step.total else style),
            _step(step),
        )
    yield Padding(table, _INDENT)
    lines = without_lines(report)
    if lines:
        yield _heading("What hangs on one cue")
        yield Padding(Group(*(Text(line) for line in lines)), _INDENT)


def _step(step: Step) -> RenderableType:
    lines = [_text(step.title, "bold" if step.total else "")]
    for citation in step.citations:
        lines.append(_text(f"{citation.where}: {citation.clue.says}", "dim"))
        lines.append(_source(citation))
    return Group(*lines)


def _source(citation: Citation) -> Text:
    """Return file, line and source on one line; the whole source is in the other formats."""
    source = words.safe(citation.clue.source)
    line = Text(words.safe(citation.place) + "  ", "dim", overflow="ellipsis", no_wrap=True)
    if source.startswith(("https://", "http://")):
        return line.append(words.host(source), style=f"dim link {source}")
    return line.append(source, style="dim")


def _questions(questions: Sequence[QuestionEntry]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for one in questions:
        table.add_row(f"{one.bits:.2f} bits", _text(one.question))
    return Padding(table, _INDENT)


def _failures(failures: Sequence[FailureEntry]) -> RenderableType:
    return Padding(
        Group(*(_text(f"{one.detector}: {words.safe(one.message)}") for one in failures)), _INDENT
    )


def _heading(text: str) -> RenderableType:
    return Padding(Text(text, style="bold underline"), (1, 0, 0, 1))


def _note(text: str) -> RenderableType:
    return Padding(Text(text, style="dim"), _INDENT)


def _text(text: str, style: str = "") -> Text:
    return Text(words.safe(text), style=style, overflow="fold")


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, show_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column)
    for column in right:
        table.add_column(column, justify="right", no_wrap=True)
    return table
