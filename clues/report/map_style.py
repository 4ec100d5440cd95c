"""Colours of the maps, for light and dark; one blue hue from pale to deep, safe for all eyes."""

LIGHT = {
    "sea": "#f4f7f9", "land": "#e6e4de", "line": "#fff", "inner": "#f3f1ec", "grid": "#e3e9ed",
    "text": "#3b4148", "halo": "#fffc", "point": "#d1480c", "truth": "#111",
    "p0": "#08306b", "p1": "#1c64a8", "p2": "#4f97cb", "p3": "#93c1e2", "p4": "#cfe1ef",
}  # fmt: skip
DARK = {
    "sea": "#15181c", "land": "#2b2f35", "line": "#15181c", "inner": "#22262b", "grid": "#23282e",
    "text": "#d5dae0", "halo": "#15181cdd", "point": "#ff8a4c", "truth": "#fff",
    "p0": "#e3f2ff", "p1": "#9ccdf3", "p2": "#559fd4", "p3": "#2f6c9e", "p4": "#25445f",
}  # fmt: skip


def _declared(colours: dict[str, str]) -> str:
    return "".join(f"--m-{name}:{value};" for name, value in colours.items())


_LIGHT, _DARK = _declared(LIGHT), _declared(DARK)

STYLE = f"""
.clues-map,.m-legend{{{_LIGHT}}}
@media(prefers-color-scheme:dark){{.clues-map,.m-legend{{{_DARK}}}}}
@media print{{.clues-map,.m-legend{{{_LIGHT}}}}}
.clues-map{{display:block;width:100%;height:auto;font-family:system-ui,sans-serif}}
.clues-map path,.clues-map use,.clues-map circle{{vector-effect:non-scaling-stroke}}
.m-sea{{fill:var(--m-sea)}}.m-land{{fill:var(--m-land)}}
.m-grid{{fill:none;stroke:var(--m-grid);stroke-width:1}}
.m-border{{fill:none;stroke:var(--m-line);stroke-width:.8}}
.m-inner{{fill:none;stroke:var(--m-inner);stroke-width:.8}}
.m-p0{{fill:var(--m-p0)}}.m-p1{{fill:var(--m-p1)}}.m-p2{{fill:var(--m-p2)}}
.m-p3{{fill:var(--m-p3)}}.m-p4{{fill:var(--m-p4)}}
.m-frame{{fill:none;stroke:var(--m-point);stroke-width:1.2}}
.m-point{{fill:var(--m-point);stroke:var(--m-sea);stroke-width:1.5}}
.m-ring{{fill:none;stroke:var(--m-point);stroke-width:2}}
.m-truth{{fill:none;stroke:var(--m-truth);stroke-width:2}}
.clues-map text{{fill:var(--m-text);text-anchor:middle;font-size:180px;
paint-order:stroke;stroke:var(--m-halo);stroke-width:36px;stroke-linejoin:round}}
.clues-map .m-country{{font-size:210px;font-weight:600}}
.clues-map .m-scale{{text-anchor:start;font-size:175px}}
.m-bar{{fill:none;stroke:var(--m-text);stroke-width:1.2}}
@media screen and (max-width:640px){{.clues-map .m-country{{font-size:330px}}
.clues-map .m-region{{display:none}}
.clues-map .m-scale{{font-size:300px}}}}
""".replace("\n", "")
