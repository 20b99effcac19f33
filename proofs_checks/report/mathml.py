"""Prose with mathematics to HTML: some Markdown, and LaTeX between dollars as MathML.

Everything that is not markup of this small language is escaped. Mathematics goes through latex2mathml as an
element tree, of which only presentation MathML is kept; LaTeX that cannot be converted is shown as it was written.
"""

from __future__ import annotations

import html
import re
from functools import cache
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin

__all__ = ["formula", "inline", "prose"]

# fmt: off
_TAGS = frozenset((
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd", "mlabeledtr",
    "menclose", "mpadded", "mphantom", "mstyle",
))
_ATTRIBUTES = frozenset((
    "display", "fence", "stretchy", "form", "columnalign", "rowspacing", "columnspacing", "mathvariant", "accent",
    "accentunder", "lspace", "rspace", "linethickness", "scriptlevel", "displaystyle", "width", "height", "depth",
    "minsize", "maxsize", "movablelimits", "largeop", "separator",
))
# fmt: on
_CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3, "mroot": 2}
_RELATIONS = frozenset("=≤≥<>⩽⩾∈⊂⊆⊃⊇→↦⇒⇐⇔⟺⟹⟸≈∼≍≡≠,;∀∧∨≺⪯")
_OPEN, _CLOSE = frozenset("([{⌈⌊⟨"), frozenset(")]}⌉⌋⟩")
_WORDS = frozenset(("sup", "inf", "max", "min", "lim"))
_TALL = frozenset(("mfrac", "munder", "mover", "munderover", "mtable", "msqrt", "mroot"))
_LONG = 26  # visible characters after which an inline formula may break over lines
_WIDE = 64  # and a displayed one
_CLOSED = re.compile(r"(<math\b(?:(?!<math).)*?</math>)([).,;:]+)", re.DOTALL)
_HUGE = 90  # after which a displayed one is set smaller


def prose(text: str) -> Markup:
    """Convert paragraphs and lists."""
    return _tied(_markdown().render(text))


def inline(text: str) -> Markup:
    """Convert `code`, *emphasis*, ``$inline$`` and ``$$display$$`` mathematics; escape the rest."""
    return _tied(_markdown().renderInline(text))


def _tied(text: str) -> Markup:
    """Keep closing punctuation on the line of the formula before it."""
    return Markup(_CLOSED.sub(r'<span class="tied">\1\2</span>', text))


@cache
def _markdown() -> MarkdownIt:
    """Return the small language of statements: no links, no headings, no HTML, no pictures."""
    markdown = MarkdownIt("zero").enable(["list", "backticks", "emphasis", "escape"])
    dollarmath_plugin(markdown, double_inline=True)
    markdown.disable("math_block")  # displayed mathematics may stand inside of a sentence
    markdown.inline.ruler.at("emphasis", _starred)
    markdown.add_render_rule("math_inline", lambda _, tokens, at, *rest: formula(tokens[at].content))
    markdown.add_render_rule(
        "math_inline_double", lambda _, tokens, at, *rest: formula(tokens[at].content, display=True)
    )
    return markdown


def _starred(state: StateInline, silent: bool) -> bool:
    """Read emphasis between stars alone: an underscore is an index, of a formula in plain text."""
    return state.src[state.pos] == "*" and emphasis.tokenize(state, silent)


@cache
def formula(latex: str, *, display: bool = False) -> Markup:
    """Convert one LaTeX formula; fall back to its source where it is not understood."""
    try:
        root = convert_to_element(latex.strip(), display="block" if display else "inline")
    except Exception:  # the converter's errors are many and unrelated; the source is always a fair answer
        return _source(latex)
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
        element.text = html.unescape(element.text) if element.text else element.text
        if element.tag == "mi" and element.text and element.text.startswith("\\"):
            return _source(latex)  # an unknown command came through as an identifier
        if len(element) != _CHILDREN.get(element.tag, len(element)):
            return _source(latex)  # an argument is missing
        if element.tag not in _TAGS:
            element.tag = "mrow"
        for name in set(element.attrib) - _ATTRIBUTES:
            del element.attrib[name]
    for element in root.iter():
        _mend(element, display)
    if not display:
        return _broken(root)
    size = " long" if len("".join(root.itertext())) > _HUGE else ""
    return Markup('<span class="display{}">{}</span>').format(size, _broken(root, True))


def _mend(element: ElementTree.Element, display: bool) -> None:
    """Undo habits of the converter that print badly."""
    if element.tag == "mo" and element.text in {"|", "∣", "‖", "∥", "/"} and element.get("stretchy") != "true":
        element.attrib |= {"lspace": "0", "rspace": "0", "stretchy": "false"}  # spaced like a sum, and too tall
    if element.tag == "mo" and element.get("minsize") == element.get("maxsize") == "1.2em":
        # \big: browsers put it off its place where it has an exponent, and the plain one is nearly as large
        element.attrib |= {"stretchy": "false"}
        del element.attrib["minsize"], element.attrib["maxsize"]
    if element.tag == "mi" and element.text in {"log", "exp", "ln"}:
        element.tag = "mo"  # else it runs into its argument
        element.attrib |= {"lspace": "0.17em", "rspace": "0.17em"}
    if display and element.tag == "msub" and element[0].tag == "mo" and element[0].text in _WORDS:
        element.tag = "munder"
    if element.tag == "mrow" and len(element) > 1 and element[0].get("stretchy") == "true":
        tall = any(inner.tag in _TALL or inner.text in {"∑", "∏", "∫"} for inner in element.iter())
        for fence in (element[0], element[-1]):
            if fence.get("fence") == "true":
                # around something tall, as tall as it is and no taller
                fence.set("symmetric" if tall else "stretchy", "false")


def _source(latex: str) -> Markup:
    return Markup('<code class="latex">{}</code>').format(latex.strip())


def _serialise(element: ElementTree.Element) -> Markup:
    """Write a formula, without what a browser takes for granted."""
    if element.get("display") == "inline":
        del element.attrib["display"]
    if len(element) == 1 and element[0].tag == "mrow" and not element[0].attrib:
        element[:] = list(element[0])
    return Markup(ElementTree.tostring(element, encoding="unicode", short_empty_elements=False))


def _broken(root: ElementTree.Element, display: bool = False) -> Markup:
    """Let a long formula wrap after its outermost relations, as TeX does; browsers never break MathML."""
    body = root[0] if len(root) == 1 else root
    if len("".join(root.itertext())) <= (_WIDE if display else _LONG) or body.tag not in {"mrow", "math"}:
        return _serialise(root)
    pieces: list[list[ElementTree.Element]] = [[]]
    depth = 0
    for element in body:
        pieces[-1].append(element)
        symbol = "".join(element.itertext())
        depth += sum(c in _OPEN for c in symbol) - sum(c in _CLOSE for c in symbol)
        # bare bars are ambiguous, so only brackets count
        if element.tag == "mo" and depth <= 0 and symbol in _RELATIONS:
            pieces.append([])
    rendered = []
    for piece in filter(None, pieces):
        math = ElementTree.Element("math", {"display": "inline"} | ({"displaystyle": "true"} if display else {}))
        ElementTree.SubElement(math, "mrow").extend(piece)
        rendered.append(_serialise(math))
    return Markup('<span class="formula">{}</span>').format(Markup("<wbr>").join(rendered))
