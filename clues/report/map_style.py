"""Colours of the maps, for light and dark; one blue hue from pale to deep, safe for all eyes."""

_LIGHT = """
--m-sea:#f4f7f9;--m-land:#e6e4de;--m-line:#fff;--m-inner:#f3f1ec;--m-grid:#e3e9ed;
--m-text:#3b4148;--m-halo:#fffc;--m-point:#d1480c;--m-truth:#111;
--m-p0:#08306b;--m-p1:#1c64a8;--m-p2:#4f97cb;--m-p3:#93c1e2;--m-p4:#cfe1ef;
"""
_DARK = """
--m-sea:#15181c;--m-land:#2b2f35;--m-line:#15181c;--m-inner:#22262b;--m-grid:#23282e;
--m-text:#d5dae0;--m-halo:#15181cdd;--m-point:#ff8a4c;--m-truth:#fff;
--m-p0:#e3f2ff;--m-p1:#9ccdf3;--m-p2:#559fd4;--m-p3:#2f6c9e;--m-p4:#25445f;
"""

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
