"""The answer and the ranked regions."""

import html

import streamlit as st

from clues.inference.posterior import Posterior
from clues.pipeline import Location
from clues.report import words
from clues.report.build import misfit, sentence
from clues.sphere import distance_km, score

_REGIONS, _CELLS = 7, 5  # rows; a cell's has two lines, so that both take the same room
_NO_FLAG = frozenset({"XK"})  # not in static/flags.png
_LEVELS = {"country": "Country", "subdivision": "Region", "continent": "Continent", "leaf": "Cell"}


def flag(code: str) -> str:
    """Return a country's flag; its code stands in where there is none."""
    if len(code) != 2 or not (code.isascii() and code.isupper()):
        return ""
    if code in _NO_FLAG:
        return f'<span class="flag letters">{code}</span>'
    x, y = (ord(letter) - ord("A") for letter in code)
    return f'<span class="flag" style="--x:{x};--y:{y}" role="img" title="{code}"></span>'


def heading(title: str, detail: str, mark: str = "") -> None:
    """Show a page's title, after a flag if there is one, and a line that explains it."""
    st.html(
        f'<p class="answer">{mark}{html.escape(title)}</p>'
        f'<p class="answer-detail">{html.escape(detail)}</p>'
    )


def answer(found: Location) -> None:
    """Say the answer in one line, as coarse as the evidence warrants."""
    text = sentence(found)
    separator = ": " if found.answer is None else "; "
    head, _, rest = text.removesuffix(".").partition(separator)
    detail = rest[:1].upper() + rest[1:] + "." if rest else ""
    settled = found.answer is not None and found.answer.level != "continent"
    heading(head, detail, flag(found.country.code) if settled else "")


def ranking(posterior: Posterior, key: str) -> None:
    """Show the ranked regions of one of four levels."""
    level = st.segmented_control(
        "Level", list(_LEVELS), default="country", format_func=_LEVELS.__getitem__,
        key=f"level-{key}", label_visibility="collapsed", required=True, width="stretch",
    )  # fmt: skip
    rows = _cells(posterior, _CELLS) if level == "leaf" else _regions(posterior, level, _REGIONS)
    st.html("".join(rows))


def _regions(posterior: Posterior, level: str, top: int) -> list[str]:
    rows = []
    for one in posterior.regions(level, top):
        country = one.region.code.split("-")[0] if level != "continent" else ""
        rows.append(_bar(country, one.region.name, one.probability))
    return rows


def agreement(found: Location) -> None:
    """Say whether the cues contradict each other; it takes the same room either way."""
    bits = found.fusion.conflict_bits
    text, kind = "The cues do not contradict each other.", ""
    if bits > words.CONFLICT_WORTH_SAYING_BITS:
        text, kind = words.conflict(bits, misfit(found)), " warn"
    shown = html.escape(text) if found.cues else ""
    st.html(f'<p class="agreement{kind}" role="status">{shown}</p>')


def _cells(posterior: Posterior, top: int) -> list[str]:
    world, rows = posterior.world, []
    for leaf in (-posterior.probability).argsort(kind="stable")[:top].tolist():
        code = world.subdivision_codes[world.leaves.subdivision[leaf]]
        lat, lon = float(world.leaves.lat[leaf]), float(world.leaves.lon[leaf])
        probability = float(posterior.probability[leaf])
        name, where = world.regions[code].name, words.coordinates(lat, lon)
        rows.append(_bar(code.split("-")[0], name, probability, where))
    return rows


def _bar(code: str, name: str, probability: float, detail: str = "") -> str:
    mark = flag(code) or "<span></span>"
    safe = html.escape(name)
    small = f" <small>{html.escape(detail)}</small>" if detail else ""
    return (
        f'<div class="rank">{mark}<b title="{safe}">{safe}{small}</b>'
        f"<span>{words.percent(probability)}</span>"
        f'<div><i style="width:{100 * probability:.1f}%"></i></div></div>'
    )


def facts(pairs: dict[str, str]) -> None:
    """Show a few numbers with their names."""
    cells = "".join(
        f"<div><span>{html.escape(name)}</span><b>{html.escape(value)}</b></div>"
        for name, value in pairs.items()
    )
    st.html(f'<div class="facts">{cells}</div>')


def areas(found: Location, truth: tuple[float, float] | None = None) -> None:
    """Show how large the credible areas are, what the point is worth, and how far off it is."""
    posterior, point = found.fusion.posterior, found.point
    shown = {
        "50 % area": words.km2(posterior.credible_area(0.5).area_km2),
        "90 % area": words.km2(posterior.credible_area(0.9).area_km2),
        "Expected points": f"{point.expected_score:,.0f} of 5,000",
        "Told by the cues": f"{found.fusion.told_bits:.1f} bits",
    }
    if truth is not None:
        km = float(distance_km(point.lat, point.lon, *truth))
        shown["Off by"] = f"{km:,.0f} km, {float(score(km)):,.0f} points"
    facts(shown)
