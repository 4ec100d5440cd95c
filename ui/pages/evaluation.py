"""Open a report of `clues evaluate`."""

import json

import streamlit as st

_PERCENT = ("top-", "within", "covers", "ECE")


def page() -> None:
    """Show the page."""
    st.markdown("### How well does it do?")
    file = st.file_uploader(
        "A report.json that `clues evaluate MANIFEST --out FOLDER` wrote", "json"
    )
    if file is None:
        st.info("Run `clues evaluate photos.csv --out report` and open report/report.json here.")
        return
    try:
        report = json.loads(file.getvalue())
        metrics, outcomes = report["metrics"], report["outcomes"]
    except (ValueError, KeyError, TypeError):
        st.error(f"{file.name}: this is no report of `clues evaluate`.")
        return
    st.caption(f"{report.get('name')}: {len(outcomes)} photos, Clues {report.get('clues')}")
    names = list(next(iter(metrics.values())))
    st.dataframe(
        [{"metric": n, **{run: _text(n, m.get(n)) for run, m in metrics.items()}} for n in names],
        hide_index=True,
        width="stretch",
    )
    st.markdown("#### Photo by photo")
    st.dataframe(outcomes, hide_index=True, width="stretch")


def _text(name: str, value: object) -> str:
    if isinstance(value, dict):
        low, high = _text(name, value.get("low")), _text(name, value.get("high"))
        return f"{_text(name, value.get('value'))} [{low}, {high}]"
    if not isinstance(value, int | float):
        return ""
    if any(word in name for word in _PERCENT):
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 50 else f"{value:.2f}"
