"""The font of the mathematics, inside each page: without one, brackets do not stretch on many systems.

``templates/maths.woff`` is STIX Two Math, cut to `CHARACTERS` and to what they stretch to. To cut it anew, with a file
that holds the characters::

    pyftsubset STIXTwoMath-Regular.ttf --text-file=characters.txt --layout-features= --name-IDs=0,13,14 --no-hinting \
        --drop-tables+=DSIG,GDEF,GPOS,GSUB --flavor=woff --output-file=maths.woff
"""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from markupsafe import Markup

__all__ = ["CHARACTERS", "style"]


def _range(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


CHARACTERS = (
    _range(0x20, 0x7E)
    + "\u00a0\u2006¬¯±·×"
    + "ΓΔΘΛΞΠΣΦΨΩ"
    + _range(0x3B1, 0x3C9)
    + "ϑϕϵ"
    + _range(0x1D434, 0x1D454)  # italic letters, which browsers take for single ones, but for h
    + "\u210e"
    + _range(0x1D456, 0x1D467)
    + _range(0x1D6E2, 0x1D71B)  # and Greek ones
    + "‖…′ℓℕℝ𝔼←→↔↦⇐⇒⇔∀∂∃∅∇∈∉∏∑−∓∗∘√∝∞∣∥∧∨∩∪∫∼≃≈≍≠≡≤≥≪≫≺⪯⊂⊃⊆⊇⊤⊥⋅⋯⌈⌉⌊⌋⟨⟩⟸⟹⟺⩽⩾˜ˆˇ"
)
"""Characters of the font; a browser takes others from what the system has."""


@cache
def style() -> Markup:
    """Return the rule of CSS that brings the font, as the family ``report-maths``."""
    data = base64.b64encode(Path(__file__).with_name("templates").joinpath("maths.woff").read_bytes()).decode()
    source = f'url(data:font/woff;base64,{data}) format("woff")'
    return Markup(f'@font-face {{ font-family: "report-maths"; src: {source}; }}')
