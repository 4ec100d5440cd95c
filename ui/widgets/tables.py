"""Tables of the knowledge base, as HTML that wraps, scales and prints."""

import html
from collections.abc import Iterable, Sequence

import streamlit as st

from clues.cue import PRESENT
from clues.knowledge import Clue
from clues.knowledge.model import Variable
from clues.report import words


def seen(variable: Variable, value: str) -> str:
    """Return what there is to see: the cue, and its value where that says more."""
    if value == PRESENT:
        return variable.says
    return f"{variable.says}: {words.value_name(value, variable)}"


def share(value: float) -> str:
    """Return a share as a number with a bar."""
    return (
        f'<span class="share">{words.percent(value)}'
        f'<u><i style="width:{100 * value:.0f}%"></i></u></span>'
    )


def signed_bar(bits: float, most: float) -> str:
    """Return bits with a bar to the right (for) or left (against) of zero, ``most`` at full."""
    side = "for" if bits >= 0 else "against"
    return (
        f'<span class="share signed">{words.bits(bits)}'
        f'<u><i class="{side}" style="width:{50 * min(abs(bits) / most, 1):.0f}%"></i></u></span>'
    )


def statement(clue: Clue | None) -> str:
    """Return a statement with its sources and its line."""
    if clue is None:
        return '<span class="soft">no statement of its own</span>'
    links = " · ".join(map(_source, clue.sources))
    but = f"<br><span class='soft'>But: {html.escape(clue.counterexamples)}</span>"
    return (
        f"{html.escape(clue.says)}{but if clue.counterexamples else ''}<br>"
        f'<a href="knowledge?edit-clue={clue.id}" target="_blank" title="Open it in the editor">'
        f"<code>{html.escape(clue.file)}:{clue.line}</code></a> <span class='soft'>{links}</span>"
    )


def _source(source: object) -> str:
    url, title = getattr(source, "url", ""), getattr(source, "title", "")
    text = html.escape(title or words.host(url))
    if not url:
        return text
    return f'<a href="{html.escape(url)}" target="_blank" rel="noopener noreferrer">{text}</a>'


def bars(rows: Sequence[tuple[str, float, str]]) -> None:
    """Show a bar chart: name, length, and the length in words, a row."""
    most = max((length for _, length, _ in rows), default=1.0) or 1.0
    st.html(
        "".join(
            f'<div class="rank"><b>{html.escape(name)}</b><span></span><span>{html.escape(text)}'
            f'</span><div><i style="width:{100 * length / most:.0f}%"></i></div></div>'
            for name, length, text in rows
        )
    )


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()
) -> None:
    """Show a table; cells are HTML, so escape what comes from outside."""
    kinds = ["num" if i in numbers else "" for i in range(len(header))]
    head = "".join(
        f'<th class="{kind}">{html.escape(name)}</th>'
        for name, kind in zip(header, kinds, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}" data-label="{html.escape(name)}"><div>{cell}</div></td>'
            for name, cell, kind in zip(header, row, kinds, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    st.html(f'<div class="table"><table><tr>{head}</tr>{body}</table></div>')
