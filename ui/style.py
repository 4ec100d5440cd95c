"""Colours and the little CSS that Streamlit's own options do not cover."""

import streamlit as st

# Okabe and Ito's palette: readers with any kind of colour vision can tell these apart.
FOR = "#0072B2"
AGAINST = "#D55E00"
NEUTRAL = "#8A94A6"
TRUTH = "#009E73"
# Sequential scale of probability, light to dark (viridis' ends are hard to see on a dark map).
SCALE = ((253, 231, 160), (249, 176, 95), (227, 103, 81), (163, 43, 97), (78, 12, 84))

_CSS = """
<style>
  .block-container { padding-top: 3.6rem; max-width: 1500px; }
  .answer { font-size: 1.9rem; font-weight: 650; line-height: 1.2; margin: 0 0 .2rem; }
  .answer small { font-size: 1rem; font-weight: 400; opacity: .75; }
  .bar { display: grid; grid-template-columns: 11rem 1fr 3.6rem; gap: .6rem; align-items: center;
         font-variant-numeric: tabular-nums; margin: .12rem 0; }
  .bar i { display: block; height: .75rem; border-radius: .2rem; background: #0072B2; }
  .bar span:last-child { text-align: right; }
  .bar span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .source { font-size: .85rem; opacity: .75; }
  @media (max-width: 640px) { .bar { grid-template-columns: 7rem 1fr 3.2rem; } }
</style>
"""


def apply_style() -> None:
    """Add the app's CSS to the page."""
    st.html(_CSS)


def shade(share: float) -> tuple[int, int, int, int]:
    """Return the colour (RGBA) of a value from 0 to 1 on the probability scale."""
    position = min(max(share, 0.0), 1.0) * (len(SCALE) - 1)
    low = min(int(position), len(SCALE) - 2)
    mix = position - low
    red, green, blue = (
        round(a + (b - a) * mix) for a, b in zip(SCALE[low], SCALE[low + 1], strict=True)
    )
    return red, green, blue, round(90 + 130 * share)
