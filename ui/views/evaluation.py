"""Open a report of `clues evaluate`."""

import html
import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.style import FAR, POINT, TRUTH
from ui.widgets.map import Key, Pin, draw_map
from ui.widgets.tables import table

_PERCENT = ("top-", "within", "covers", "ECE")
_HEAD = ("mean score", "median km", "country top-1", "90% area covers")
_MOST_PINS = 400
_TALL, _ROW = 440, 35  # pixels
_NEAR_KM, _FAR_KM = 200, 2000


def page() -> None:
    """Show the page."""
    st.html(
        '<p class="answer">How well does it do?</p><p class="answer-detail">Measured on photos '
        "with known places by <code>clues evaluate photos.csv --out report</code>.</p>"
    )
    file = st.file_uploader("report.json or report.html of `clues evaluate`", ["json", "html"])
    if file is None:
        st.info(
            "Write a CSV of your photos with the columns file, lat, lon; run "
            "`clues evaluate photos.csv --out report`; then open report/report.json here."
        )
        return
    if file.name.lower().endswith(".html"):
        st.iframe(file.getvalue().decode("utf-8", "replace"), height=1200)
        return
    try:
        report = json.loads(file.getvalue())
        metrics, outcomes = dict(report["metrics"]), list(report["outcomes"])
        names = list(next(iter(metrics.values())))
    except (ValueError, KeyError, TypeError, StopIteration, AttributeError):
        st.error(f"{file.name}: this is no report of `clues evaluate`; choose its report.json.")
        return
    _show(report, metrics, outcomes, names)


def _show(
    report: Mapping[str, Any],
    metrics: Mapping[str, Mapping[str, Any]],
    outcomes: list[dict[str, Any]],
    names: list[str],
) -> None:
    st.caption(
        f"{report.get('name', '')}: {len(outcomes)} photos, Clues {report.get('clues', '')}, "
        f"prior {report.get('prior', '')}"
    )
    own = next(iter(metrics.values()))
    with st.container(horizontal=True):
        for name in _HEAD:
            if name in own:
                st.metric(name, _value(name, own[name]), help=_text(name, own[name]), border=True)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _photos(outcomes)
    with right:
        _map(outcomes)
    st.markdown("##### All metrics, with 95 % intervals")
    table(
        ["metric", *map(html.escape, metrics)],
        (
            [html.escape(n), *(html.escape(_text(n, m.get(n))) for m in metrics.values())]
            for n in names
        ),
        numbers=range(1, len(metrics) + 1),
    )


def _photos(outcomes: list[dict[str, Any]]) -> None:
    """Show photo by photo how far off the guess was, and what was claimed of it."""
    likely = {"format": "percent", "min_value": 0, "max_value": 1, "width": "small"}
    st.dataframe(
        [
            {
                "photo": str(one.get("file", "")),
                "was": one.get("country"),
                "guess": one.get("guess"),
                "km off": one.get("km"),
                "sure": one.get("confidence"),
                "in 90 % area": _last(one.get("covered")),
                "90 % area, km²": _last(one.get("area_km2")),
            }
            for one in outcomes
        ],
        hide_index=True,
        width="stretch",
        height=min(_TALL, _ROW * (len(outcomes) + 1) + 3),
        column_config={
            "km off": st.column_config.NumberColumn(format="%,.0f"),
            "sure": st.column_config.ProgressColumn(**likely),
            "in 90 % area": st.column_config.CheckboxColumn(),
            "90 % area, km²": st.column_config.NumberColumn(format="%,.0f"),
        },
    )


def _last(values: object) -> Any:
    return values[-1] if isinstance(values, list) and values else None


def _map(outcomes: list[dict[str, Any]]) -> None:
    pins = [
        Pin(one["lat"], one["lon"], _colour(one.get("km")), str(one.get("file", "")),
            f"{one['km']:,.0f} km off" if isinstance(one.get("km"), int | float) else "",
            small=True)
        for one in outcomes[:_MOST_PINS]
        if all(isinstance(one.get(k), int | float) for k in ("lat", "lon"))
    ]  # fmt: skip
    legend = [
        Key(f"within {_NEAR_KM} km", TRUTH, dot=True),
        Key(f"within {_FAR_KM:,} km", POINT, dot=True),
        Key("farther", FAR, dot=True),
    ]
    draw_map("evaluation", title="Map of guesses", height=_TALL, pins=pins, legend=legend)


def _colour(km: object) -> str:
    if not isinstance(km, int | float):
        return "#8A94A6"
    return TRUTH if km <= _NEAR_KM else POINT if km <= _FAR_KM else FAR


def _value(name: str, value: Any) -> str:
    return _text(name, value.get("value") if isinstance(value, dict) else value)


def _text(name: str, value: object) -> str:
    if isinstance(value, dict):
        low, high = _text(name, value.get("low")), _text(name, value.get("high"))
        return f"{_text(name, value.get('value'))} ({low} to {high})"
    if not isinstance(value, int | float):
        return ""
    if any(word in name for word in _PERCENT):
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 50 or value == int(value) else f"{value:.2f}"
