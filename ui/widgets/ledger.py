"""The evidence ledger: bits per cue for region A against B, down to the line of YAML."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from clues.inference import Contribution, Explanation
from clues.knowledge import Clue
from clues.knowledge.model import Kind
from clues.pipeline import Extraction
from clues.report import words
from clues.report.build import cue_entries, explanation_entry
from clues.report.ledger import citations, cue_title
from clues.report.models import CueEntry
from ui.session import open_clue
from ui.state import Case, Order, Result

_FEWEST, _MOST = 4, 10  # rows in sight at first; the others lie in one row that opens
_TELLING_BITS = 0.15
_BEFORE = {
    "street-view": "how much is photographed there",
    "population": "how many people live there",
    "uniform-land": "how large it is",
}
_WEB = Path(__file__).parent.parent / "web"

_ledger = st.components.v2.component(
    "clues_ledger",
    css=(_WEB / "ledger.css").read_text("utf-8"),
    js=(_WEB / "ledger.js").read_text("utf-8"),
)


def entries(case: Case, result: Result) -> dict[str, CueEntry]:
    """Return every cue of a case, switched off or not, as people read it, by row."""
    tables = result.location.engine.tables
    cues = case.all_cues()
    found = cue_entries(Extraction(tuple(cues.values())), tables.kb, tables.world)
    return dict(zip(cues, found, strict=True))


def ledger(case: Case, result: Result, explanation: Explanation, verdict: str) -> None:
    """Show how the prior and every cue add up to the log-odds of A against B."""
    key = f"ledger-{case.key}"
    counted = {result.row_of(one.cue): one for one in explanation.contributions}
    entry = explanation_entry(explanation, result.location)
    said = dict(zip(counted, entry.contributions, strict=True))
    titles = entries(case, result)
    rows = []
    order = _ordered(case, explanation, counted)
    for row in order.rows:
        one, statements = counted.get(row), []
        if one is not None:
            where = {c.clue.id: c.where for c in citations(said[row], entry)}
            statements = [_statement(c, where.get(c.id, "")) for c in _clues(one)]
        rows.append(_row(case, result, row, titles[row], one, statements))
    data = {
        "a": entry.a_name,
        "b": entry.b_name,
        "prior": entry.prior_bits or 0.0,
        "total": entry.log_odds_bits or 0.0,
        "verdict": verdict,
        "before": _BEFORE.get(case.prior, "how likely it is beforehand"),
        "shown": order.shown,
        "rows": rows,
    }
    _ledger(
        key=key,
        data=data,
        on_strengths_change=lambda: _take(case, key),
        on_removed_change=lambda: _remove(case, key),
        on_edited_change=lambda: _edit(key),
    )


def _take(case: Case, key: str) -> None:
    strengths: Mapping[str, float] = getattr(st.session_state[key], "strengths", None) or {}
    case.set_strengths(strengths)


def _remove(case: Case, key: str) -> None:
    removed: str | None = getattr(st.session_state[key], "removed", None)
    if removed:
        case.remove(removed)


def _edit(key: str) -> None:
    edited: str | None = getattr(st.session_state[key], "edited", None)
    if edited:
        open_clue(edited)


def _ordered(case: Case, why: Explanation, said: Mapping[str, Contribution]) -> Order:
    """Return the rows by weight; an order once shown stays, so that nothing jumps."""
    weight = {row: abs(one.bits) for row, one in said.items()}
    present = case.all_cues()
    known = case.order.get((why.a, why.b))
    if known is None:
        telling = sum(bits >= _TELLING_BITS for bits in weight.values())
        known = Order([], min(max(telling, _FEWEST), _MOST))
    fresh = [row for row in present if row not in known.rows]
    fresh.sort(key=lambda row: -weight.get(row, 0.0))
    given = [row for row in fresh if row.startswith("p-")]
    kept = [row for row in known.rows if row in present]
    shown = known.shown + len(given) - sum(r not in present for r in known.rows[: known.shown])
    rows = [*given, *kept, *(row for row in fresh if not row.startswith("p-"))]
    case.order[why.a, why.b] = order = Order(rows, max(shown, _FEWEST))
    return order


def _row(
    case: Case,
    result: Result,
    row: str,
    cue: CueEntry,
    one: Contribution | None,
    statements: list[dict[str, Any]],
) -> dict[str, object]:
    person = row.startswith("p-")
    strength = 1.0 if person else case.strength(row)
    if strength <= 0:
        status = "off"
    elif row in result.repeated:
        status = "repeat"
    else:
        status = "told"  # the person answered for the same variable
    return {
        "id": row,
        "title": cue_title(cue),
        "note": words.safe(cue.note) or ("your own" if person else cue.detector),
        "bits": one.bits if one is not None else None,
        "status": status,
        "person": person,
        "strength": strength,
        "clues": statements,
        "aside": _aside(one, result),
    }


def _aside(one: Contribution | None, result: Result) -> str:
    if one is None:
        return "It does not count at the moment."
    tables = result.location.engine.tables
    if tables.kb.variables[one.cue.variable].kind is Kind.REGION:
        fits = words.places(one.cue, tables.world)
        return f"It names places itself, through no statement. How well they fit: {fits}."
    return "The knowledge base says nothing particular about it in these two regions."


def _clues(one: Contribution) -> list[Clue]:
    return list({c.id: c for c in (one.clue_a, one.clue_b) if c is not None}.values())


def _statement(clue: Clue, where: str) -> dict[str, Any]:
    return {
        "id": clue.id,
        "says": clue.says,
        "where": where,
        "but": clue.counterexamples,
        "place": f"{clue.file}:{clue.line}",
        "sources": [
            {"url": one.url, "text": one.title or words.host(one.url)} for one in clue.sources
        ],
    }
