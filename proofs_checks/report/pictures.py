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

__all__ = ["curves", "number", "number_line", "panels", "ratio_strip"]

# Matplotlib wants concrete colours. These stand for the page's and never reach the reader.
_INK, _MUTED, _BAD, _GOOD = "#010101", "#020202", "#030303", "#040404"
_SERIES = ("#050505", "#060606", "#070707", "#080808", "#090909")
_PROPERTIES = {_INK: "--ink", _MUTED: "--muted", _BAD: "--bad", _GOOD: "--good"} | {
    colour: f"--series-{i}" for i, colour in enumerate(_SERIES)
}
_MARKERS = "os^DvPX*"
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


def _svg(figure: Any, salt: str, label: str) -> Markup:
    from matplotlib import rc_context

    buffer = io.StringIO()
    # text stays text (small, searchable, in the page's font); the salt keeps ids of several pictures apart
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt, "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    source = buffer.getvalue()
    source = source[source.index("<svg") :]
    source = re.sub(r"<metadata>.*?</metadata>", "", source, flags=re.DOTALL)
    for colour, name in _PROPERTIES.items():
        source = source.replace(colour, f"var({name})")
    source = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", source)
    source = re.sub(r'id="([^"]+)"', rf'id="{salt}-\1"', source)
    source = re.sub(r'(href="#|url\(#)', rf"\1{salt}-", source)
    source = re.sub(
        r'<svg[^>]*?viewBox="([^"]+)"[^>]*>', r'<svg class="plot" viewBox="\1" role="img">', source, count=1
    )
    head, rest = source.split(">", 1)
    return Markup(head) + Markup(' aria-label="{}">').format(label) + Markup(rest)
