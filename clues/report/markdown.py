"""A short summary in Markdown, for issues, chats and notebooks."""

import re

from clues.report import words
from clues.report.ledger import ledger, without_lines
from clues.report.models import LocationReport, RegionEntry

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$&#])")


def location_markdown(report: LocationReport) -> str:
    """Return the answer, the cues, the ranking and the account of one location."""
    half, most = report.credible_areas
    lines = [
        f"## {_plain(report.file) or 'Location'}",
        "",
        f"**{_plain(report.sentence)}**",
        "",
        f"{words.coordinates(report.lat, report.lon)}; expected score "
        f"{report.expected_score:,.0f} of 5,000; {words.percent(half.share)} of the probability "
        f"within {words.km2(half.km2)}, {words.percent(most.share)} within {words.km2(most.km2)}.",
    ]
    if report.conflict_bits > words.CONFLICT_WORTH_SAYING_BITS:
        lines += ["", f"_{_plain(words.conflict(report.conflict_bits, report.misfit))}_"]
    if report.cues:
        lines += ["", "| Cue | Value | Seen by | Note |", "|---|---|---|---|"]
        lines += [_row(cue.says, cue.label, cue.detector, cue.note) for cue in report.cues]
    lines += ["", "| Country | | Region | |", "|---|--:|---|--:|", *_ranked(report)]
    lines += _why(report)
    questions = words.worth_asking(report.questions)
    if questions:
        lines += ["", "Look for next:", ""]
        lines += [f"- {_plain(one.question)} ({one.bits:.2f} bits)" for one in questions]
    if report.failures:
        lines += ["", "Not run:", ""]
        lines += [f"- {_plain(one.detector)}: {_plain(one.message)}" for one in report.failures]
    return "\n".join(lines) + "\n"


def _why(report: LocationReport) -> list[str]:
    why = report.against_runner_up
    if why is None or not report.cues:
        return []
    lines = [
        "",
        f"Why {_plain(why.a_name)} and not {_plain(why.b_name)}:",
        "",
        "| Bits | Evidence | Knowledge base |",
        "|--:|---|---|",
    ]
    for step in ledger(report, why):
        cited = "; ".join(f"{one.where}: {one.clue.says} ({one.place})" for one in step.citations)
        lines.append(_row(words.bits(step.bits), step.title, cited))
    return [*lines, "", *(f"{_plain(line)}  " for line in without_lines(report))]


def _ranked(report: LocationReport) -> list[str]:
    countries, subdivisions = report.top.country, report.top.subdivision
    length = max(len(countries), len(subdivisions))
    return [
        _row(*_cells(countries[i : i + 1]), *_cells(subdivisions[i : i + 1])) for i in range(length)
    ]


def _cells(regions: tuple[RegionEntry, ...]) -> tuple[str, str]:
    if not regions:
        return "", ""
    one = regions[0]
    return words.placed(one.name, one.code), words.percent(one.probability)


def _row(*cells: str) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    """Return text with everything escaped that Markdown or HTML would act on."""
    return _SPECIAL.sub(r"\\\1", words.safe(text))
