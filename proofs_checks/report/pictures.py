"""Pictures of the report, as inline SVG that follows the page's colours.

The number line of a violation is drawn by hand: it has four marks and must line up with its labels. Curves and
strips are Matplotlib's, with its colours exchanged for the page's custom properties afterwards.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from markupsafe import Markup

from ..experiments.results import span

__all__ = [
    "alone",
    "curves",
    "generalisation",
    "grids",
    "inline_svg",
    "number",
    "number_line",
    "panels",
    "poster",
    "powers",
    "ratio_strip",
]

# Matplotlib wants concrete colours. These stand for the page's and never reach the reader.
_INK, _MUTED, _BAD, _GOOD = "#010101", "#020202", "#030303", "#040404"
_PAPER = "#0a0a0a"
_SERIES = ("#050505", "#060606", "#070707", "#080808", "#090909")
_SERIES_NAMES = tuple(f"--series-{i}" for i in range(len(_SERIES)))
_PROPERTIES = {_PAPER: "--paper", _INK: "--ink", _MUTED: "--muted", _BAD: "--bad", _GOOD: "--good"} | dict(
    zip(_SERIES, _SERIES_NAMES, strict=True)
)
_MARKERS = "os^DvPX*"
_BOX = re.compile(r"M (\S+) (\S+) \nL (\S+) \2 \nL \3 (\S+) \nL \1 \4 \n(?:L \1 \2 \n)?z\s*")
"""A rectangle as Matplotlib writes it, in which every corner is there in full."""
_DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), (0, (9, 3)))


def number(value: float | None, digits: int = 6) -> str:
    """Write a float for people: few digits, a true minus sign, ``×10`` powers where they help."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return {True: "NaN", False: "∞" if value > 0 else "−∞"}[math.isnan(value)]
    text = f"{value:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    text = mantissa if not exponent else f"{mantissa} × 10{_superscript(int(exponent))}"
    return text.replace("-", "−")


def powers(text: str) -> str:
    """Raise the exponents of powers of two in plain text, such as ``2^56``."""
    return re.sub(r"\b2\^(-?\d+)", lambda found: f"2{_superscript(int(found[1]))}", text)


def _superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def number_line(lower: float, upper: float, got: float | None, budget: float | None) -> Markup:
    """Draw the certified interval, the budget around it and the value that came instead, to one linear scale.

    A band too thin to see is drawn two units wide, and the caption says so. A value that is not finite stands
    beyond the end of the line, in words.
    """
    width, axis, margin = 640.0, 56.0, 92.0
    allowed = budget if budget is not None and math.isfinite(budget) else 0.0
    points = [lower - allowed, upper + allowed]
    finite = got is not None and math.isfinite(got)
    if got is not None and finite:
        points.append(got)
    left, right = min(points), max(points)
    span = right - left or max(abs(left), 1e-300)

    def place(value: float) -> float:
        # scale each difference before dividing: the span of subnormal numbers must not overflow
        return margin + (value - left) / span * (width - 2 * margin)

    def band(a: float, b: float, at_least: float) -> tuple[float, float, bool]:
        x0, x1 = place(a), place(b)
        if x1 - x0 >= at_least:
            return x0, x1 - x0, False
        return (x0 + x1 - at_least) / 2, at_least, True

    bx, bw, _ = band(lower - allowed, upper + allowed, 2.0)
    ex, ew, widened = band(lower, upper, 2.0)
    marks = [Markup('<line class="axis" x1="16" x2="624" y1="{y}" y2="{y}"/>').format(y=axis)]
    if allowed:
        marks.append(
            Markup('<rect class="budget" x="{:.2f}" y="{}" width="{:.2f}" height="28" rx="2"/>').format(
                bx, axis - 14, bw
            )
        )
    marks.append(Markup('<rect class="truth" x="{:.2f}" y="{}" width="{:.2f}" height="20"/>').format(ex, axis - 10, ew))
    middle = ex + ew / 2
    marks.append(
        Markup('<text class="truth" x="{:.2f}" y="{}" text-anchor="{}">certified {}</text>').format(
            middle, axis + 32, _anchor(middle, width), number((lower + upper) / 2, 9)
        )
    )
    if got is not None and finite:
        x = place(got)
        marks.append(Markup('<path class="got" d="M{:.2f} {} l6 -9 l-6 -9 l-6 9 z"/>').format(x, axis + 9))
        marks.append(
            Markup('<text class="got" x="{:.2f}" y="{}" text-anchor="{}">got {}</text>').format(
                x, axis - 24, _anchor(x, width), number(got, 9)
            )
        )
    elif got is not None:
        marks.append(
            Markup('<text class="got" x="624" y="{}" text-anchor="end">got {}, off the line ▸</text>').format(
                axis - 24, number(got)
            )
        )
    title = f"Certified value {number((lower + upper) / 2, 9)}"
    title += f", got {number(got, 9)}" if got is not None else ""
    title += f", budget ± {number(budget, 3)}" if budget is not None else ""
    note = " The certified interval is thinner than drawn." if widened else ""
    return Markup(
        '<svg class="numberline" viewBox="0 0 640 104" role="img" aria-label="{title}.{note}">'
        "<title>{title}.{note}</title>{marks}</svg>"
    ).format(title=title, note=note, marks=Markup("").join(marks))


def _anchor(x: float, width: float) -> str:
    return "start" if x < width / 3 else "end" if x > 2 * width / 3 else "middle"


def ratio_strip(rows: Sequence[tuple[str, float]], salt: str) -> Markup:
    """Draw the worst error of each law as a multiple of the budget, on a log axis with the limit at one."""
    floor = 1e-3
    left = floor / 1.6
    finite = [ratio for _, ratio in rows if math.isfinite(ratio)]
    right = max([30.0, *(3 * ratio for ratio in finite)])
    figure, axes = _figure(6.4, 0.55 + 0.24 * len(rows))
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    axes.axvspan(left, 1, color=_GOOD, alpha=0.10, linewidth=0)
    axes.axvline(1, color=_INK, linewidth=1)
    for y, (_, ratio) in enumerate(rows):
        # an arrow at the end stands for an error that no budget explains
        value = max(ratio, floor) if math.isfinite(ratio) else right
        bad, beyond = value > 1, not math.isfinite(ratio)
        axes.plot([left, value], [y, y], color=_MUTED, linewidth=0.6, alpha=0.6)
        marker = ">" if beyond else "D" if bad else "o"
        axes.plot(value, y, marker=marker, markersize=5, color=_BAD if bad else _GOOD, clip_on=False)
    axes.set_yticks(range(len(rows)), [_plain(shorten(name, 32, placeholder="…")) for name, _ in rows])
    axes.invert_yaxis()
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("worst error ÷ budget")
    label = "Worst error as a multiple of the budget: " + "; ".join(f"{n}: {number(r, 3)}" for n, r in rows)
    return _svg(figure, salt, label)


def curves(plot: Mapping[str, Any], salt: str) -> Markup:
    """Draw curves: ``{"title", "x_label", "y_label", "x_log", "y_log", "y_range", "series": […]}``.

    A series is ``{"label", "x", "y"}``, and has a band where it carries ``lower`` and ``upper`` too.
    """
    many = sum(bool(series.get("label")) for series in plot["series"]) > 3
    figure, axes = _figure(5.6, 3.7 if many else 3.1)
    for i, series in enumerate(plot["series"]):
        colour = _SERIES[i % len(_SERIES)]
        if series.get("lower") and series.get("upper"):
            lower, upper = _drawn(series["lower"]), _drawn(series["upper"])
            axes.fill_between(series["x"], lower, upper, color=colour, alpha=0.2, linewidth=0)
        axes.plot(
            series["x"],
            _drawn(series["y"]),
            color=colour,
            linestyle=_DASHES[i % len(_DASHES)],
            linewidth=1.6,
            label=_plain(series.get("label") or ""),
        )
    axes.set_xscale("log" if plot.get("x_log") else "linear")
    axes.set_yscale("log" if plot.get("y_log") else "linear")
    axes.set_xlabel(_plain(plot.get("x_label") or ""))
    axes.set_ylabel(_plain(plot.get("y_label") or ""))
    if not plot.get("x_log") and all(isinstance(x, int) for series in plot["series"] for x in series["x"]):
        axes.xaxis.get_major_locator().set_params(integer=True)
    if plot.get("y_range"):
        low, high = plot["y_range"]
        axes.set_ylim(low - (high - low) / 50, high + (high - low) / 50)
    legend = {"frameon": False, "fontsize": 8, "labelcolor": _INK, "handlelength": 2.6}
    if many:  # below the axes, where it hides no curve
        figure.legend(loc="outside lower center", ncols=2, **legend)
    elif any(series.get("label") for series in plot["series"]):
        axes.legend(**legend)
    return _svg(figure, salt, _plain(plot.get("title") or "Plot"))


def panels(
    x: Sequence[float],
    rows: Sequence[str],
    lines: Mapping[str, Mapping[str, Sequence[float | None]]],
    others: Sequence[Mapping[str, Sequence[float | None]]],
    salt: str,
    title: str,
    log: Sequence[str] = (),
) -> Markup:
    """Draw a panel for each quantity: a few lines, and all others in grey behind them.

    Pictures that have each other's lines for `others` share their scales. Lines that coincide can be told apart: each
    has a marker of its own, at other places than its neighbour's, and lies narrower on top of the one before.

    Parameters
    ----------
    x : sequence of float
        Common to all, on a log axis.
    rows : sequence of str
        The quantities.
    lines : dict
        For each label, for each quantity its values; None where there is none. The legend goes down as the lines end
        in the first panel.
    others : sequence of dict
        The same of lines that only give the frame.
    salt, title : str
        As for the other pictures.
    log : sequence of str
        Quantities on a log axis; what is zero there falls off its lower end.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    across = -(-len(rows) // 2)
    aside = len(rows) % 2 == 1  # the legend takes the free place of the grid
    below = 0.0 if aside else 0.3 + 0.19 * -(-len(lines) // 2)
    figure = Figure(figsize=(5.2, 1.8 * across + below), layout="constrained")
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0)
    grid = list(figure.subplots(across, 2, sharex=True, squeeze=False).flat)
    handles = {}
    for axes, quantity in zip(grid, rows, strict=False):
        _dress(axes)
        axes.set_title(_plain(quantity), fontsize=8.5, color=_INK, loc="left")
        axes.set_xscale("log")
        axes.tick_params(labelbottom=True)
        drawn = [each[quantity] for each in (*others, *lines.values())]
        if quantity in log:
            axes.set_yscale("log", nonpositive="clip")
            shown = [value for values in drawn for value in values if value is not None and value > 0]
            axes.set_ylim(min(shown, default=0.5) / 1.5, max(shown, default=1.0) * 1.5)
        for each in others:
            axes.plot(x, _drawn(each[quantity]), color=_MUTED, alpha=0.3, linewidth=0.7)
        for i, (label, values) in enumerate(lines.items()):
            (handles[label],) = axes.plot(
                x,
                _drawn(values[quantity]),
                color=_SERIES[i % len(_SERIES)],
                linestyle=_DASHES[(i + i // len(_SERIES)) % len(_DASHES)],
                linewidth=2.6 - 1.4 * i / max(len(lines) - 1, 1),
                marker=_MARKERS[i % len(_MARKERS)],
                markersize=4.2,
                markevery=(i % 4, 4),
                label=_plain(label),
            )
    for axes in grid[max(len(rows) - 2, 0) : len(rows)]:
        axes.set_xlabel("n")
    ends = {label: [v for v in values[rows[0]] if v is not None][-1:] or [-math.inf] for label, values in lines.items()}
    legend = {"frameon": False, "fontsize": 8, "labelcolor": _INK, "handlelength": 3.2}
    ordered = [handles[label] for label in sorted(lines, key=ends.__getitem__, reverse=True)]
    if aside:
        grid[-1].set_axis_off()
        grid[-1].legend(handles=ordered, loc="center left", **legend)
    else:
        figure.legend(handles=ordered, loc="outside lower left", ncols=2, **legend)
    return _svg(figure, salt, title)


def generalisation(one: Mapping[str, Any], salt: str) -> Markup:
    """Draw accuracy against the length, ``{"title", "series": {training: …}}``: seeds, bounds, and what is proved."""
    figure, axes = _figure(3.0, 2.1)
    _generalise(axes, one)
    said = []
    for training, each in one["series"].items():
        ends = span([accuracy[-1] for accuracy in each["accuracy"]])
        endless = sum(n is None for n in each["proved"])
        said.append(
            f"{training}: {ends} per cent at the end, {endless} of {len(each['proved'])} proved at every length"
        )
    return _svg(figure, salt, f"{one['title']}: {'; '.join(said)}")


def poster(several: Sequence[Mapping[str, Any]]) -> str:
    """Draw `generalisation` for several normalisers as one SVG that stands alone, for light and for dark pages."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    down = -(-len(several) // 4)
    figure = Figure(figsize=(8.6, 1.72 * down + 0.95))
    figure.set_layout_engine(ConstrainedLayoutEngine(rect=(0, 0, 0.985, 1), wspace=0.06))
    FigureCanvasSVG(figure)
    figure.patch.set_facecolor(_PAPER)
    grid = list(figure.subplots(down, min(4, len(several)), squeeze=False, sharey=True).flat)
    for axes, one in zip(grid, several, strict=False):
        _dress(axes)
        _generalise(axes, one)
        axes.set_title(_plain(one["title"]), fontsize=10, color=_INK, loc="left", fontweight="bold")
        axes.set_ylabel("")
        axes.set_xlabel("")
    for axes in grid[len(several) :]:
        axes.set_axis_off()
    for axes in grid[max(len(several) - min(4, len(several)), 0) : len(several)]:
        axes.set_xlabel("tokens in the row")
    handles = [
        Line2D([], [], color=_SERIES[1], linewidth=1.8, label="plain training, one line a seed"),
        Line2D([], [], color=_SERIES[0], linewidth=1.8, label="with a hinge on the gap"),
        Patch(color=_SERIES[0], alpha=0.16, label="certified share of the random rows"),
        Line2D([], [], color=_GOOD, linewidth=3.2, label="proved right for every row, → at every length"),
        Line2D([], [], color=_BAD, marker="x", linestyle="none", label="a row that fools it"),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False, fontsize=8.5, labelcolor=_INK)
    figure.suptitle(
        "Answered correctly, in per cent, by heads trained on 5 to 16 tokens",
        fontsize=11,
        color=_INK,
        x=0.01,
        ha="left",
    )
    return alone(_svg(figure, "poster", "Accuracy against the length of the row, for each normaliser"))


_LIGHT = {
    "--paper": "#fff",
    "--ink": "#1f2023",
    "--muted": "#5d6068",
    "--line": "#dedcd5",
    "--bad": "#a8201d",
    "--good": "#1c6b45",
    **dict(zip(_SERIES_NAMES, ("#0b5c72", "#a2570a", "#6a4a98", "#1c6b45", "#a3325c"), strict=True)),
}
_DARK = {
    "--paper": "#15171a",
    "--ink": "#e7e5df",
    "--muted": "#a3a6ad",
    "--line": "#34383e",
    "--bad": "#ff9a92",
    "--good": "#7fd0a3",
    **dict(zip(_SERIES_NAMES, ("#7cc7dc", "#eba75f", "#c0a5ee", "#7fd0a3", "#f09ab8"), strict=True)),
}


def alone(picture: Markup) -> str:
    """Return an inline picture as an SVG that stands alone, on a ground of its own, for light and for dark pages."""
    drawn = str(picture)
    light, dark = (
        ";".join(f"{n}:{v}" for n, v in each.items() if f"var({n})" in drawn or n in ("--paper", "--ink"))
        for each in (_LIGHT, _DARK)
    )
    style = (
        f"<style>svg{{{light};background:var(--paper);"
        "font-family:system-ui,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif}"
        f"@media(prefers-color-scheme:dark){{svg{{{dark}}}}}text{{fill:var(--ink)}}</style>"
    )
    head, rest = drawn.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{style}{rest}\n'


def grids(
    rows: Mapping[str, Sequence[tuple[Sequence[int], Sequence[int]]]],
    heads: Sequence[str],
    cells: int,
    salt: str,
    title: str,
) -> Markup:
    """Draw square grids as small multiples: a row of panels for each name, with a head above each column.

    Parameters
    ----------
    rows : dict
        For each name, for each panel two sets of cells, drawn dark and pale. A set has an integer for each row of the
        grid, whose bit j is the cell in column j.
    heads : sequence of str
        One for each panel.
    cells : int
        Rows and columns of each grid.
    salt, title : str
        As for the other pictures.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    side = 1.25
    figure = Figure(figsize=(side * len(heads) + 1.0, side * len(rows) + 0.25), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0, hspace=0)  # type: ignore[union-attr, call-arg]
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0)
    grid = figure.subplots(len(rows), len(heads), squeeze=False)
    for line, (name, panels_) in zip(grid, rows.items(), strict=True):
        for axes, (dark, pale) in zip(line, panels_, strict=True):
            _dress(axes)
            axes.set(xlim=(0, cells), ylim=(cells, 0), aspect="equal", xticks=[], yticks=[])
            axes.spines[["top", "right"]].set(visible=True, color=_MUTED)
            for each, colour in ((pale, _SERIES[1]), (dark, _SERIES[0])):
                _fill(axes, each, colour, 0.45 if each is pale else 1.0)
        line[0].set_ylabel(_plain(name), rotation=0, ha="right", va="center")
    for axes, head in zip(grid[0], heads, strict=True):
        axes.set_title(_plain(head), fontsize=8, color=_INK)
    drawn = _BOX.sub(r"M\1 \2H\3V\4H\1z", str(_svg(figure, salt, title)))
    return Markup(re.sub(r"(\d\.\d\d)\d+", r"\1", drawn))


def _fill(axes: Any, rows: Sequence[int], colour: str, alpha: float) -> None:
    """Fill cells of a grid by one path: a rectangle for each run in a row, and for equal rows below one another."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    open_: dict[tuple[int, int], int] = {}
    boxes: list[tuple[int, int, int, int]] = []
    for i, row in enumerate([*rows, 0]):
        found = set(_runs(row))
        boxes += [(first, top, last, i) for (first, last), top in open_.items() if (first, last) not in found]
        open_ = {run: open_.get(run, i) for run in found}
    if not boxes:
        return
    corners = [
        each
        for left, top, right, bottom in sorted(boxes)
        for each in ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    ]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(boxes)
    axes.add_patch(PathPatch(Path(corners, codes), facecolor=colour, alpha=alpha, linewidth=0))


def _runs(row: int) -> list[tuple[int, int]]:
    """Return the runs of bits that are set: where each begins, and where it has ended."""
    edges = row ^ row << 1
    ends = [j for j in range(edges.bit_length()) if edges >> j & 1]
    return list(zip(ends[::2], ends[1::2], strict=True))


def _generalise(axes: Any, one: Mapping[str, Any]) -> None:
    """Draw the curves of a normaliser: seeds as lines, the guarantee as an area, what is proved along the top."""
    colours = {training: _SERIES[i] for training, i in (("plain", 1), ("hinge", 0))}
    left, right = 2.0, 2.0**21.6
    axes.set_xscale("log", base=2)
    axes.set_xlim(left, right)
    axes.set_ylim(-4, 126)
    for level in (0, 50, 100):
        axes.axhline(level, color=_MUTED, linewidth=0.5, alpha=0.35)
    for k, (training, each) in enumerate(one["series"].items()):
        colour = colours.get(training, _SERIES[2])
        axes.fill_between(each["x"], each["bound"], color=colour, alpha=0.16, linewidth=0, step=None)
        axes.plot(each["x"], each["ceiling"], color=_MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
        for accuracy in each["accuracy"]:
            axes.plot(each["x"], accuracy, color=colour, linewidth=1.5, alpha=0.85, solid_capstyle="round")
        height = 108 + 11 * k
        reach = [right if n is None else float(min(n, 2**21)) for n in each["proved"]]
        axes.plot([left, right], [height, height], color=_MUTED, linewidth=0.6, alpha=0.4)
        for end, n in zip(reach, each["proved"], strict=True):
            axes.plot([left, end], [height, height], color=_GOOD, linewidth=2.6, alpha=0.75, solid_capstyle="butt")
            if n is None:
                axes.plot(right, height, marker=">", color=_GOOD, markersize=5, clip_on=False)
        shown = [n for n in each["fooled"] if n < right]
        axes.plot(
            shown, [height] * len(shown), color=_BAD, marker="x", markersize=4.5, linestyle="none", markeredgewidth=1.4
        )
        axes.annotate(
            training,
            (right, height),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            color=colour,
            annotation_clip=False,
        )
    ticks = [2**k for k in (4, 8, 12, 16, 20)]
    axes.set_xticks(ticks, ["16", "256", "4k", "65k", "1M"])
    axes.minorticks_off()
    axes.set_yticks([0, 50, 100])
    axes.axvspan(5, 16, color=_MUTED, alpha=0.12, linewidth=0)


def _drawn(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _plain(label: str) -> str:
    """Keep labels text: a stray dollar would switch Matplotlib to its own mathematics."""
    return str(label).replace("$", r"\$")


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    _dress(axes)
    return figure, axes


def _dress(axes: Any) -> None:
    """Give axes the page's colours."""
    axes.patch.set_alpha(0)
    axes.tick_params(colors=_MUTED, labelcolor=_INK, labelsize=8, length=3)
    axes.xaxis.label.set(color=_INK, fontsize=8.5)
    axes.yaxis.label.set(color=_INK, fontsize=8.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["bottom", "left"]].set_color(_MUTED)


def _without_minor_ticks(axis: Any) -> None:
    """Leave out the ticks between others, unless an axis has few others: they are most of a picture's text."""
    from matplotlib.ticker import NullLocator

    low, high = sorted(axis.get_view_interval())
    if sum(low <= place <= high for place in axis.get_majorticklocs()) > 1:
        axis.set_minor_locator(NullLocator())
    axis.set_tick_params(which="minor", color=_MUTED, labelcolor=_INK, labelsize=8)


def _svg(figure: Any, salt: str, label: str) -> Markup:
    for axes in figure.axes:
        _without_minor_ticks(axes.xaxis)
        _without_minor_ticks(axes.yaxis)
    return inline_svg(figure, salt, label)


def inline_svg(figure: Any, salt: str, label: str, colours: Mapping[str, str] = _PROPERTIES) -> Markup:
    """Write a figure of Matplotlib as SVG to be put into a page, in the page's colours and font.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    salt : str
        What keeps its ids apart from those of other pictures of the page.
    label : str
        Its description for those who do not see it.
    colours : dict
        For each colour in it, written as Matplotlib writes it, the custom property of the page to be used instead.
    """
    from matplotlib import rc_context

    buffer = io.StringIO()
    # text stays text (small, searchable, in the page's font); the salt keeps ids of several pictures apart
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt, "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    source = buffer.getvalue()
    source = source[source.index("<svg") :]
    source = re.sub(r"<metadata>.*?</metadata>", "", source, flags=re.DOTALL)
    for colour, name in colours.items():
        source = source.replace(colour, f"var({name})")
    source = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", source)
    source = re.sub(r" font-family: [^;\"]*;", "", source)  # that of the page
    source = re.sub(r'id="([^"]+)"', rf'id="{salt}-\1"', source)
    source = re.sub(r'(href="#|url\(#)', rf"\1{salt}-", source)
    source = re.sub(
        r'<svg[^>]*?viewBox="([^"]+)"[^>]*>', r'<svg class="plot" viewBox="\1" role="img">', source, count=1
    )
    head, rest = _shorter(source).split(">", 1)
    return Markup(head) + Markup(' aria-label="{}">').format(label) + Markup(rest)


def _shorter(source: str) -> str:
    """Leave out of an SVG what nobody sees: names, empty groups, invisible paths, spaces, digits beyond hundredths."""
    source = re.sub(r'<!--.*?-->|<path [^>]*style="fill: none; opacity: 0"\s*/>', "", source, flags=re.DOTALL)
    source = re.sub(
        r'\b(d|x|y|width|height|transform)="[^"]*"', lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]), source
    )
    source = re.sub(r'\bd="[^"]*"', lambda found: re.sub(r"\s*([A-Za-z])\s*(?=[-\d\"])", r"\1", found[0]), source)
    named = set(re.findall(r'(?:href="|url\()#([^")]+)', source))
    source = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in named else "", source)
    source = re.sub(r">\s+<", "><", re.sub(r"\s+", " ", source))
    while (less := source.replace("<g></g>", "")) != source:
        source = less
    return source
