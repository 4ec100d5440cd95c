"""The evidence ledger: bits per cue for region A against B, down to the line of YAML."""

import plotly.graph_objects as go
import streamlit as st

from clues.cue import Cue
from clues.inference import Contribution, Explanation
from clues.photo import Photo
from clues.pipeline import Location
from ui.state import Case, cue_key
from ui.style import AGAINST, FOR, NEUTRAL
from ui.widgets.photo import describe, jpeg

_SHOWN = 14


def label_of(found: Location, cue: Cue) -> str:
    """Return a cue's label as people read it."""
    return describe(cue, found.engine.tables.kb.variable(cue.variable).says)


def waterfall(found: Location, explanation: Explanation) -> None:
    """Draw how the prior and the cues add up to the log-odds."""
    shown = explanation.contributions[:_SHOWN]
    rest = sum(c.bits for c in explanation.contributions[_SHOWN:])
    names = ["Prior", *(label_of(found, c.cue) for c in shown)]
    bits = [explanation.prior_bits, *(c.bits for c in shown)]
    if len(explanation.contributions) > _SHOWN:
        names.append(f"{len(explanation.contributions) - _SHOWN} more cues")
        bits.append(rest)
    names = [f"{name[:38]}{' ' * n}" for n, name in enumerate(names)]  # equal names stay apart
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["relative"] * len(bits) + ["total"],
            y=[*names, "Log-odds"],
            x=[*bits, explanation.log_odds_bits],
            text=[f"{b:+.2f}" for b in [*bits, explanation.log_odds_bits]],
            textposition="auto",
            increasing={"marker": {"color": FOR}},
            decreasing={"marker": {"color": AGAINST}},
            totals={"marker": {"color": NEUTRAL}},
            connector={"line": {"width": 0.5, "color": NEUTRAL}},
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(
        height=120 + 27 * len(names),
        margin={"l": 0, "r": 10, "t": 10, "b": 30},
        xaxis_title="bits (log2 of the odds)",
        showlegend=False,
    )
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="waterfall")


def cue_controls(case: Case, found: Location, explanation: Explanation) -> None:
    """List every cue with its bits, crop, statements, a switch and a strength slider."""
    bits = {cue_key(c.cue): c for c in explanation.contributions}
    mine = [(None, cue) for cue in case.given.values()]
    theirs = [(cue_key(cue), cue) for cue in case.extraction.cues]
    ordered = sorted(
        [*mine, *theirs],
        key=lambda pair: -abs(bits[k].bits if (k := cue_key(pair[1])) in bits else 0),
    )
    for number, (key, cue) in enumerate(ordered):
        one = bits.get(cue_key(cue))
        amount = f"{one.bits:+.2f} bits" if one else "not counted"
        with st.expander(f"{label_of(found, cue)} · {amount}"):
            _one_cue(case, found, cue, key, one, number)


def _one_cue(
    case: Case, found: Location, cue: Cue, key: str | None, one: Contribution | None, number: int
) -> None:
    left, right = st.columns([2, 1])
    with left:
        if cue.note:
            st.caption(f"{cue.note} ({cue.detector})")
        if one is not None:
            statements(found, one)
    with right:
        if case.photo is not None and cue.box is not None:
            _crop(case.photo, cue)
        if key is None:
            if st.button("Remove", key=f"remove-{number}-{cue.variable}"):
                del case.given[cue.variable]
                st.rerun()
            return
        before = case.strengths.get(key, 1.0)
        on = st.toggle("counts", value=before > 0, key=f"on-{key}")
        strength = st.slider(
            "strength", 0.1, 2.0, before or 1.0, 0.1, key=f"strength-{key}", disabled=not on
        )
        after = strength if on else 0.0
        if after != before:
            case.strengths[key] = after
            st.rerun()


def statements(found: Location, one: Contribution) -> None:
    """Show the knowledge-base statements behind a contribution, with file, line and source."""
    del found
    clues = {c.id: c for c in (one.clue_a, one.clue_b) if c is not None}
    if not clues:
        st.caption("Read directly as a place, or nothing particular is known of these regions.")
    for clue in clues.values():
        st.markdown(clue.says)
        if clue.counterexamples:
            st.caption(f"But: {clue.counterexamples}")
        links = ", ".join(
            f"[{s.title or s.url.split('/')[2]}]({s.url})" if s.url else s.title
            for s in clue.sources
        )
        st.caption(f"`{clue.file}:{clue.line}` · {links}")


def _crop(photo: Photo, cue: Cue) -> None:
    st.html(
        f'<img alt="crop" style="max-width:100%;max-height:130px;border-radius:4px" '
        f'src="data:image/jpeg;base64,{jpeg(photo, 400, cue)}">'
    )
