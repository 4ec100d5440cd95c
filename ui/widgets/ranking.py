"""The answer and the ranked regions."""

import html

import streamlit as st

from clues.inference.posterior import Posterior
from clues.pipeline import Location

_PLURAL = {"continent": "Continents", "country": "Countries", "subdivision": "Regions"}


def flag(code: str) -> str:
    """Return a country's flag as an emoji, or nothing for codes that are no country."""
    if len(code) != 2 or not code.isalpha():
        return ""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in code.upper())


def answer(found: Location) -> None:
    """Say the answer in one line, as coarse as the evidence warrants."""
    region = found.answer
    posterior = found.fusion.posterior
    if region is None:
        first = posterior.regions("country", 2)
        names = " or ".join(f"{r.region.name} ({r.probability:.0%})" for r in first)
        text, small = "Not enough evidence yet", f"leading: {html.escape(names)}"
    else:
        chain = (region.code, *posterior.world.ancestors(region.code))
        country = next((c for c in chain if len(c) == 2), "")
        names = [posterior.world.regions[c].name for c in chain if c != "world"]
        text = f"{flag(country)} {html.escape(', '.join(names[:2]))}".strip()
        small = f"{posterior.probability_of(region.code):.0%}"
    st.html(f'<p class="answer">{text} <small>{small}</small></p>')


def ranking(posterior: Posterior, top: int = 7) -> None:
    """Show ranked regions with bars, a tab a level."""
    levels = ("country", "subdivision", "continent")
    for tab, level in zip(st.tabs([_PLURAL[one] for one in levels]), levels, strict=True):
        with tab:
            st.html("".join(_bar(posterior, level, top)))


def _bar(posterior: Posterior, level: str, top: int) -> list[str]:
    rows = []
    for one in posterior.regions(level, top):
        region = one.region
        country = region.code[:2] if level != "continent" else ""
        name = html.escape(f"{flag(country)} {region.name}".strip())
        rows.append(
            f'<div class="bar"><span title="{html.escape(region.code)}">{name}</span>'
            f'<span><i style="width:{100 * one.probability:.1f}%"></i></span>'
            f"<span>{one.probability:.1%}</span></div>"
        )
    return rows
