"""The picture of the suite ``cpu``: times relative to softmax, on a log axis, and the goal that is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

__all__ = ["draw", "svg"]

Row = dict[str, Any]

_COLOURS = ("#1f6f8b", "#d1495b", "#e09f3e", "#5b8e55", "#6d597a")
_GREY = "#8a8a8a"
_GRID = "#eeeeee"
_PROPERTIES = {_GREY: "--muted", _GRID: "--line", "#000000": "--ink", "#ffffff": "--paper"} | {
    colour: f"--series-{i}" for i, colour in enumerate(_COLOURS)
}
"""What an SVG has instead of its colours, so that it follows the theme of a page."""

_TITLES = {"rows": "Rows", "attention": "Causal attention", "decoding": "Decoding, one query"}
_FAMILIES = {
    "gaussian 1": "Gaussian, σ = 1",
    "gaussian 4": "Gaussian, σ = 4",
    "needle": "needle",
    "local": "local (ALiBi)",
    "flat": "flat: every key live",
}


def draw(result: Row) -> Any:
    """Draw rows, attention and decoding in panels: a Matplotlib figure."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style = {
        "font.size": 9,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": _GREY,
    }
    with rc_context(style):
        figure = Figure(figsize=(10.5, 7), layout="constrained")
        grid = figure.subplots(2, 3)
        one = [row for row in result["timings"] if row["threads"] == 1]
        for axis, direction in zip(grid[:, 0], ("forward", "training step"), strict=True):
            _rows(axis, [row for row in one if row["kind"] == "rows" and row["direction"] == direction], direction)
        for axis, direction in zip(grid[:, 1], ("forward", "training step"), strict=True):
            _lengths(axis, [row for row in one if _plain(row) and row["direction"] == direction], direction)
        _lengths(grid[0, 2], [row for row in one if row["kind"] == "decoding"], "forward", "keys")
        _memory(grid[1, 2], result["memory"])
        for axis in (grid[1, 0], grid[1, 1], grid[0, 2]):
            if axis.get_legend_handles_labels()[0]:
                axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncol=2, fontsize=7.5, frameon=False)
        many = result["versions"]
        told = ", ".join(f"{name} {many[name]}" for name in ("torch", "entmax", "numba") if many.get(name))
        figure.suptitle("α-entmax on a CPU: time relative to softmax, one thread (below the line is faster)")
        figure.supxlabel(f"{result['processor']}; {told}; medians and quartiles", fontsize=7.5, color=_GREY)
    return figure


def svg(result: Row) -> str:
    """Draw the same picture as SVG, in the colours of a light or a dark page."""
    from entmax_oracle.proofs_checks.report.pictures import alone, inline_svg

    return alone(inline_svg(draw(result), "cpu", "Times of α-entmax on a CPU, relative to softmax", _PROPERTIES))


def _plain(row: Row) -> bool:
    return bool(row["kind"] == "attention" and row["is_causal"] and row["features"] == 64)


def _rows(axis: Any, rows: Sequence[Row], direction: str) -> None:
    """One mark for each alpha and shape: ours filled, the package entmax hollow; a copy in grey."""
    rows = [row for row in rows if row["family"] == "gaussian"]
    shapes = sorted({(row["rows"], row["n"]) for row in rows}, key=lambda shape: shape[1])
    alphas = sorted({row["alpha"] for row in rows})
    hollow = {"fmt": "o", "markerfacecolor": "white", "markersize": 5}
    for i, alpha in enumerate(alphas):
        colour, shift = _COLOURS[i % len(_COLOURS)], 0.13 * (i - (len(alphas) - 1) / 2)
        mine = [row for row in rows if row["alpha"] == alpha]
        places = [shapes.index((row["rows"], row["n"])) + shift for row in mine]
        _marks(axis, places, mine, "entmax-oracle", f"ours, α = {alpha:g}", color=colour, fmt="o")
        _marks(axis, places, mine, "entmax:", None, color=colour, **hollow)
    if rows:
        axis.errorbar([], [], label="package entmax", color=_GREY, **hollow)
    of_copy = [next(row for row in rows if (row["rows"], row["n"]) == shape) for shape in shapes]
    _marks(axis, list(range(len(shapes))), of_copy, "copy", "copy", color=_GREY, fmt="_", markersize=12)
    axis.set_xticks(range(len(shapes)), [f"{count:,}×{n:,}" for count, n in shapes], fontsize=7.5)
    _finish(axis, f"{_TITLES['rows']}, {direction}", bool(rows))


def _lengths(axis: Any, rows: Sequence[Row], direction: str, unit: str = "tokens") -> None:
    """One line for each family of scores, and the dense way in grey where the scores do not matter."""
    for (family, told), colour in zip(_FAMILIES.items(), _COLOURS, strict=True):
        mine = [row for row in rows if row["family"] == family]
        _marks(axis, [row["n"] for row in mine], mine, "entmax-oracle", told, color=colour, fmt="o-")
    first = [row for row in rows if row["family"] == "gaussian 1"]
    _marks(axis, [row["n"] for row in first], first, "dense entmax", "dense entmax", color=_GREY, fmt="s--")
    if rows:
        lengths = sorted({row["n"] for row in rows})
        axis.set_xscale("log", base=2)
        axis.set_xticks(lengths, [f"{n:,}" for n in lengths])
        axis.minorticks_off()
        axis.set_xlabel(unit)
    title = _TITLES[rows[0]["kind"]] if rows else ""
    _finish(axis, title if unit == "keys" else f"{title}, {direction}", bool(rows))


def _marks(axis: Any, places: Sequence[float], rows: Sequence[Row], name: str, label: str | None, **style: Any) -> None:
    """Draw the median ratios of an implementation and their quartiles."""
    found = [(place, _found(row, name)) for place, row in zip(places, rows, strict=True)]
    there = [(place, each["ratio"]) for place, each in found if each is not None]
    if not there:
        return
    x, ratios = zip(*there, strict=True)
    middle = [each["median"] for each in ratios]
    around = [[each["median"] - each["q1"] for each in ratios], [each["q3"] - each["median"] for each in ratios]]
    axis.errorbar(x, middle, around, label=label, **({"markersize": 5, "linewidth": 1.3} | style))


def _found(row: Row, name: str) -> Row | None:
    found: Iterable[Row] = (each for each in row["results"] if each["name"].startswith(name) and "ratio" in each)
    return next(iter(found), None)


def _finish(axis: Any, title: str, shown: bool) -> None:
    axis.set_title(title, loc="left")
    if not shown:
        axis.text(0.5, 0.5, "not measured", ha="center", color=_GREY, transform=axis.transAxes)
        axis.set_axis_off()
        return
    axis.set_yscale("log")
    axis.axhline(1, color="black", linewidth=1)
    axis.yaxis.set_major_formatter(_plainly)
    axis.yaxis.set_minor_formatter(lambda value, place: _plainly(value, place) if _first(value) in "25" else "")
    axis.tick_params(axis="y", which="both", labelsize=8)
    axis.set_ylabel("time / softmax's")
    axis.grid(axis="y", which="both", color=_GRID)
    axis.set_axisbelow(True)


_plainly: Callable[[float, Any], str] = lambda value, place: f"{value:g}×"  # noqa: E731


def _first(value: float) -> str:
    return f"{value:e}"[0]


def _memory(axis: Any, rows: Sequence[Row]) -> None:
    """Draw bars, with their figures."""
    shown = [row for row in rows if "bytes" in row]
    title = f"Peak memory, {shown[0]['heads']} × {shown[0]['n']:,} tokens" if shown else ""
    if not shown:
        _finish(axis, title, False)
        return
    sizes = [row["bytes"] / 2**20 for row in shown]
    bars = axis.barh([row["name"] for row in shown], sizes, color=[_COLOURS[0], _GREY][: len(shown)], height=0.4)
    axis.invert_yaxis()
    axis.bar_label(bars, [f"{size:,.0f} MiB" for size in sizes], padding=3)
    axis.set_xlim(0, 1.3 * max(max(sizes), 1))
    axis.set_xlabel("MiB that a training step adds")
    axis.set_title(title, loc="left")
