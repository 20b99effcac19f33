"""The page: complete, self-contained, escaped, tolerant of missing keys and loud on unknown schemas."""

import base64
import hashlib
import json
import math
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")
pytest.importorskip("latex2mathml")

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.report import findings, load, render, violation_line
from entmax_oracle.proofs_checks.report.bounds import bound_curves
from entmax_oracle.proofs_checks.report.mathml import formula, inline, prose
from entmax_oracle.proofs_checks.report.pictures import number, number_line, panels
from entmax_oracle.theory import theorems

THEOREM = {
    "name": "brackets",
    "area": "threshold",
    "title": "Two brackets",
    "statement": r"For $\alpha > 1$: $x_{\max} - 1 \le \tau$.",
    "verdict": "proved",
    "setting": r"$10 \le n \le 20$ rows",
    "domain": r"every $n \ge 1$",
    "source": "derived here",
    "claims": [{"key": "lower", "latex": r"\tau \geq z_{\max} \left(\alpha - 1\right) - 1"}],
    "plots": [{"title": "Seen", "x_label": "n", "y_log": True, "series": [{"x": [1, 2, 3], "y": [1.0, None, 2.0]}]}],
    "hypotheses": [{"name": "range", "statement": r"$\alpha \le 2$"}],
    "folklore": [{"text": "The margin is 1.", "false_at": r"$\alpha = 3$", "detail": "false there", "ok": True}],
    "sharp": [{"claim": "lower", "text": "one-hot", "ok": True, "point": {"n": "2", "alpha": "2", "z": "(2, 0)"}}],
    "necessity": [{"hypothesis": "range", "text": "uniform", "detail": "false: left 1, right 2", "ok": True}],
    "evidence": [
        {
            "kind": "symbolic",
            "domain": "all",
            "status": "holds",
            "detail": "1 step",
            "seconds": 0.1,
            "steps": [{"title": "ends", "latex": "f(a) > 0", "ok": True}],
        },
        {"kind": "sampled", "domain": "n at most 6", "detail": "150 cases", "seconds": 0.3},
    ],
}
VIOLATION = {
    "law": "values",
    "alpha": 1.5,
    "dtype": "float32",
    "shape": [2],
    "logits": ["0x1p+18", "0x1p+18"],
    "index": [1],
    "got": [0.5, 0.505],
    "lower": [0.5, 0.5],
    "upper": [0.5, 0.5],
    "budget": [1e-6, 1e-6],
    "ratio": 5000.0,
    "ulp": 91136.0,
    "message": "token 1: got 0.505",
    "command": "entmax-oracle check impl.py:f --replay '{}'",
}


def law(name="values", status="pass", **more):
    return {"law": name, "status": status, "examples": 9, "worst_ulp": 0.5, "worst_ratio": 0.25, "message": "", **more}


def verify_result(*entries):
    return {"schema": "entmax-oracle/verify/2", "theorems": list(entries)}


def check_result(verdict="conforms", target="impl.py:f", laws=None):
    return {"schema": "entmax-oracle/check/1", "target": target, "verdict": verdict, "laws": laws or [law()]}


def violating(target="impl.py:f"):
    failed = law(status="fail", worst_ratio=5000.0, message="token 1: got 0.505", counterexample=VIOLATION)
    return check_result("violates", target, [failed, law("shift")])


@pytest.fixture
def write(tmp_path):
    def put(**files):
        for name, data in files.items():
            (tmp_path / f"{name.replace('_', '-')}.json").write_text(json.dumps(data))
        return tmp_path

    return put


class Page(HTMLParser):
    """Checks that tags nest, and collects ids, links and everything that could reach for the network."""

    VOID = frozenset({"meta", "link", "br", "wbr", "input", "img", "hr"})

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.resources, self.tags = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if tag == "a" else []
        self.resources += [v for k, v in attributes.items() if k in {"src", "srcset", "data", "action", "poster"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_page_is_whole_and_needs_no_network(write):
    directory = write(verify=verify_result(THEOREM), check_a=violating(), check_b=check_result(target="impl.py:g"))
    path = render(directory)
    assert path == directory / "index.html"
    pages = {each.name: Page(each.read_text(encoding="utf-8")) for each in directory.glob("*.html")}
    assert set(pages) == {"index.html", "misconceptions.html", "theorems-threshold.html"}
    for name, each in pages.items():
        assert len(each.ids) == len(set(each.ids))
        for link in each.links:
            file, _, place = link.partition("#")
            assert not place or place in pages[file or name].ids, link
    text, page = path.read_text(encoding="utf-8"), pages["index.html"]
    assert page.resources == []
    assert "link" not in page.tags
    assert "img" not in page.tags
    assert not re.search(r"url\((?!#|data:)|@import", text)
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-{digest}'"
    assert policy in text


def test_page_shows_what_was_given(write):
    directory = render(write(verify=verify_result(THEOREM), check_a=violating())).parent
    text = "".join((directory / name).read_text(encoding="utf-8") for name in ("index.html", "theorems-threshold.html"))
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    for expected in (
        "Two brackets",
        "derived here",
        "The margin is 1.",
        "Counterexample:",
        "one-hot",
        "α = 2",
        "150 cases",
    ):
        assert expected in words
    for expected in ("token 1: got 0.505", "5 × 10³", "impl.py:f --replay", "0x1p+18, 0x1p+18", "± 1 × 10⁻⁶"):
        assert expected in words
    assert "<math" in text
    assert text.count('class="numberline"') == 1


def test_rendering_twice_gives_the_same_page(write):
    directory = write(verify=verify_result(THEOREM), check_a=violating())
    assert render(directory).read_bytes() == render(directory).read_bytes()


def test_only_required_keys(write):
    bare = {"name": "t", "verdict": "unchecked"}
    minimal = {"schema": "entmax-oracle/check/1", "target": "m:f", "verdict": "unusable", "laws": []}
    failed = {"schema": "entmax-oracle/check/1", "target": "m:g", "verdict": "violates"}
    failed["laws"] = [{"law": "shape", "status": "fail"}]
    directory = write(verify=verify_result(bare), check_a=failed, check_b=minimal)
    Page(render(directory).read_text(encoding="utf-8"))


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}"


def test_everything_is_escaped(write):
    closed = {"schema", "verdict", "kind", "status", "severity"}

    def poison(value):
        if isinstance(value, dict):
            return {k: v if k in closed else poison(v) for k, v in value.items()}
        if isinstance(value, list):
            return [poison(item) for item in value]
        return f"{value} {HOSTILE} $\\text{{{HOSTILE}}} <b>$" if isinstance(value, str) else value

    check = poison({**violating(), "versions": {"numpy": "2"}, "platform": "Linux", "seed": "0"})
    text = render(write(verify=poison(verify_result(THEOREM)), check_a=check)).read_text(encoding="utf-8")
    page = Page(text)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert "b" not in page.tags
    assert "49" not in re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (
            {"schema": "entmax-oracle/check/3", "laws": []},
            r"'entmax-oracle/check/3' found, 'entmax-oracle/check/2' exp",
        ),
        ({"laws": []}, "schema None found"),
        ([1], "schema None found"),
    ],
)
def test_unknown_schema_is_named(write, content, rule):
    with pytest.raises(ValueError, match=rule) as caught:
        render(write(verify=verify_result(THEOREM), check_x=content))
    assert "check-x.json" in str(caught.value)


@pytest.mark.parametrize(
    ("theorem", "rule"),
    [
        ({"verdict": "proved"}, r"required field missing @ \$\.theorems\[0\]\.name"),
        ({"name": "t", "verdict": "sure"}, r"expected Verdict @ \$\.theorems\[0\]\.verdict"),
        ({"name": "t", "evidence": [{"kind": "faith"}]}, r"faith not in .*\.evidence\[0\]\.kind"),
    ],
)
def test_what_no_result_says_is_named(write, theorem, rule):
    with pytest.raises(ValueError, match=rule) as caught:
        render(write(verify=verify_result(theorem)))
    assert "verify.json" in str(caught.value)


def test_results_from_before_the_kernels_went_still_load(write):
    (theorem,) = load(write(verify={**verify_result(THEOREM), "kernels": []})).theorems
    assert theorem.kinds == ("symbolic", "sampled")


def test_damaged_file_and_empty_directory_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"holds none of verify\.json"):
        render(tmp_path)
    (tmp_path / "verify.json").write_text('{"schema": ')
    with pytest.raises(ValueError, match=r"verify\.json: cannot be read as JSON"):
        render(tmp_path)


def test_findings_count_and_name_the_gravest(write):
    certain = law("support", "fail", worst_ratio="inf", message="token 0 is zero")
    certain["counterexample"] = {"alpha": 2.0, "dtype": "float32", "ratio": "inf"}
    warned = law("quiet", "fail", severity="warning", worst_ratio="inf")
    directory = write(
        verify=verify_result(THEOREM, {**THEOREM, "name": "other", "verdict": "refuted"}),
        check_a=violating(),
        check_b=check_result("violates", "m:g", [certain, warned]),
        check_c=check_result(target="m:h"),
    )
    assert findings(load(directory)) == [
        "`f` fails “values” at α = 1.5, float32, by 5 × 10³ times the budget.",
        "`g` fails “support” at α = 2, float32.",
        "Of 3 implementations, 1 passes and 2 fail at least one check.",
        "2 theorems: 1 proved; `other` is refuted.",
    ]


def test_a_cause_is_told_once_as_a_fact_with_the_other_laws_and_settings(write):
    settings = [{"alpha": alpha, "dtype": "float32", "status": "fail", "cause": ""} for alpha in (1.25, 1.5)]
    found = [
        {**VIOLATION, "alpha": alpha, "fact": "returns NaN for a single token (logit 2^56)", "diagnosis": ["it is so"]}
        for alpha in (1.25, 1.5)
    ]
    values = law(status="fail", worst_ratio="inf", settings=settings, counterexamples=found, also=["simplex"])
    explained = [{**each, "cause": "values"} for each in settings]
    simplex = law(
        "simplex", "fail", cause="values", settings=explained, counterexamples=[{**VIOLATION, "law": "simplex"}]
    )
    directory = write(check_a=check_result("violates", laws=[values, simplex]))
    assert findings(load(directory))[0] == "`f` returns NaN for a single token (logit 2^56), at α = 1.25, float32."
    text = render(directory).read_text(encoding="utf-8")
    headline = "<h1><span><code>f</code> returns NaN for a single token (logit 2⁵⁶), at α\u00a0=\u00a01.25, float32."
    assert headline in text
    assert '<h4 id="target-1-impl-py-f-law-1-title">f returns NaN for a single token (logit 2⁵⁶)</h4>' in text
    assert text.count('class="violation"') == 1
    assert "The same cause fails simplex." in text
    assert "Diagnosis: it is so." in text
    assert "fails in 1 more setting" in text


def test_findings_of_good_news(write):
    directory = write(verify=verify_result(THEOREM), check_a=check_result())
    assert findings(load(directory)) == ["`impl.py:f` passes 1 check.", "1 theorem, all proved."]


def test_violation_line_says_how_much(write):
    target = check_result("violates", laws=[*violating()["laws"], {"law": "shape", "message": "it returns (3,)."}])
    failed, _, misshapen = load(write(check_a=target)).targets[0].laws
    assert violation_line(failed) == "values (α = 1.5, float32): 5 × 10³ times the budget"
    assert violation_line(misshapen) == "shape: it returns (3,)"


def test_matrix_has_a_row_for_each_setting(write):
    settings = [
        {"alpha": 1.5, "dtype": "float32", "status": "pass", "examples": 4, "worst_ratio": 0.5},
        {"alpha": 2.0, "dtype": "bfloat16", "status": "fail", "examples": 4, "worst_ratio": 7.0},
    ]
    checked = check_result("violates", laws=[law(status="fail", settings=settings, counterexample=VIOLATION)])
    text = render(write(check_a=checked)).read_text(encoding="utf-8")
    table = re.search(r"Verdicts by target.*?</table>", text, re.DOTALL).group()
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]]
    assert rows == [
        ["impl.py:f", "conforms", "1.5", "float32", "0.5", "4"],
        ["impl.py:f", "violates", "2.0", "bfloat16", "7", "4"],
    ]


def test_command_prints_findings(write, capsys):
    directory = write(verify=verify_result(THEOREM), check_a=violating())
    assert main(["report", str(directory)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "theorems: 1 proved"
    assert lines[1] == "impl.py:f: violates, values (α = 1.5, float32): 5 × 10³ times the budget"
    assert lines[2] == f"page: {directory / 'index.html'}"


def test_command_without_results_is_unusable(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert "no results in" in capsys.readouterr().err


def parsed(markup):
    return ElementTree.fromstring(f"<root>{markup}</root>".replace("<wbr>", ""))


def test_inline_math_and_code():
    root = parsed(inline(r"for $\alpha \le 2$ the `x < y` & more, at \$5"))
    assert [child.tag for child in root] == ["math", "code"]
    assert "".join(root[0].itertext()) == "α≤2"
    assert root[1].text == "x < y"
    assert root[1].tail == " & more, at $5"


def test_prose_makes_paragraphs_and_lists():
    markup = prose("one\n\n- a\n- b <i>")
    assert markup.replace("\n", "") == "<p>one</p><ul><li>a</li><li>b &lt;i&gt;</li></ul>"


def test_stars_stress_and_underscores_are_indices():
    assert inline("the *top* token, |z_i - z_j|_q") == "the <em>top</em> token, |z_i - z_j|_q"


@pytest.mark.parametrize("latex", [r"x_{", r"\undefined{x}", r"\frac{1}"])
def test_latex_beyond_the_converter_is_shown_as_written(latex):
    assert formula(latex) == f'<code class="latex">{latex}</code>'


def test_text_inside_math_stays_text():
    root = parsed(formula(r"\text{<script>} \href{javascript:alert(1)}{x}"))
    assert all(name != "href" for element in root.iter() for name in element.attrib)
    assert "<script>" in "".join(root.itertext())
    assert all(element.tag != "script" for element in root.iter())


def test_long_formulas_may_wrap_and_lose_nothing():
    latex = r"x_{\max} - 1 \le x_{\max} - m^{1-\alpha} \le \tau \le x_{\max} - |S|^{1-\alpha} \le x_{\max}"
    root = parsed(formula(latex))
    pieces = root.findall("span/math")
    assert len(pieces) == 5
    assert "".join(root.itertext()) == "xmax−1≤xmax−m1−α≤τ≤xmax−|S|1−α≤xmax"


def catalogue():
    """What the pages of the real theorems show."""
    texts = [t for theorem in theorems() for t in (theorem.statement, theorem.setting, theorem.title)]
    texts += [folklore.text for theorem in theorems() for folklore in theorem.folklore]
    return [*texts, *(f"$${claim.latex}$$" for theorem in theorems() for claim in theorem.claims)]


def test_the_font_has_what_the_catalogue_needs_and_stretches():
    from fontTools.ttLib import TTFont

    from entmax_oracle.proofs_checks.report import mathfont

    with TTFont(Path(mathfont.__file__).with_name("templates") / "maths.woff") as font:
        known = set(map(chr, font.getBestCmap()))
        larger = set(font["MATH"].table.MathVariants.VertGlyphCoverage.glyphs)
        assert set("([{|⌈⌊⟨√") <= {chr(each) for each, name in font.getBestCmap().items() if name in larger}
        assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert known >= set(mathfont.CHARACTERS)
    # browsers take a single letter for the italic one, which is a character of its own
    letters = map(chr, [0x210E, *range(0x1D434, 0x1D455), *range(0x1D456, 0x1D468), *range(0x1D6E2, 0x1D71C)])
    italic = {unicodedata.normalize("NFKC", each): each for each in letters}
    formulas = ElementTree.fromstring(f"<root>{''.join(map(prose, catalogue()))}</root>".replace("<wbr>", ""))
    needed = {
        italic.get(text, text) if each.tag == "mi" else text
        for formula_of in formulas.iter("math")
        for each in formula_of.iter()
        if (text := each.text)
    }
    assert [text for text in needed if not set(text) <= known] == []


def test_every_formula_of_the_catalogue_converts():
    # no statement may fall back to its source
    texts = catalogue()
    assert len(texts) > 60
    assert [text for text in texts if 'class="latex"' in prose(text)] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.25"), (-1.5e-7, "−1.5 × 10⁻⁷"), (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "NaN"), (None, "–")],
)
def test_numbers_for_people(value, text):
    assert number(value) == text


def test_number_line_is_to_scale():
    svg = number_line(0.4, 0.6, 1.0, 0.1)
    root = ElementTree.fromstring(str(svg))
    budget = next(e for e in root if e.get("class") == "budget")
    truth = next(e for e in root if e.tag == "rect" and e.get("class") == "truth")
    diamond = next(e for e in root if e.tag == "path")
    got = float(diamond.get("d")[1:].split()[0])
    left, right = (float(budget.get("x")) + f * float(budget.get("width")) for f in (0, 1))
    unit = (got - left) / 0.7  # the budget begins at 0.3, the value lies at 1.0
    assert right - left == pytest.approx(0.4 * unit, abs=0.05)
    assert float(truth.get("x")) - left == pytest.approx(0.1 * unit, abs=0.05)
    assert float(truth.get("width")) == pytest.approx(0.2 * unit, abs=0.05)


@pytest.mark.parametrize(
    ("lower", "upper", "got", "budget"),
    [(0.0, 0.0, 0.0, 0.0), (0.5, 0.5, math.nan, 1e-7), (0.5, 0.5, math.inf, None), (0.0, 5e-324, -1e308, 1e-45)],
)
def test_number_line_survives_extremes(lower, upper, got, budget):
    svg = str(number_line(lower, upper, got, budget))
    ElementTree.fromstring(svg)
    assert "nan" not in svg
    assert "inf" not in svg


def test_bounds_are_drawn_from_the_theorems_themselves():
    drawn = {theorem.name: bound_curves(theorem.name) for theorem in theorems()}
    (plot,) = drawn["tsallis-range"]
    half = next(series for series in plot["series"] if series["label"] == "α = 2")
    # H_2 of the uniform distribution over n tokens is (1 - 1/n) / 2
    assert half["y"] == pytest.approx([(1 - 1 / n) / 2 for n in half["x"]])
    assert bound_curves("no-such-theorem") == []


def test_panels_tell_lines_apart_that_coincide_and_go_down_as_they_end():
    pytest.importorskip("matplotlib")
    lines = {
        "low": {"entropy": [0.5, 0.25, 0.125], "weight": [0.5, 0.0, 0.0]},
        "high": {"entropy": [0.5, 0.75, 1.0], "weight": [0.5, 0.25, 0.125]},
        "same as high": {"entropy": [0.5, 0.75, 1.0], "weight": [0.5, 0.25, 0.125]},
        "without weights": {"entropy": [None, None, None], "weight": [None, None, None]},
    }
    others = [{"entropy": [0.0, 0.0, 0.0], "weight": [1.0, 1.0, 1.0]}]
    for rows in (["entropy", "weight"], ["entropy"]):
        svg = str(panels([4, 8, 16], rows, lines, others, "salt", "A title", ["weight"]))
        ElementTree.fromstring(svg.replace("xlink:", ""))
        assert 'aria-label="A title"' in svg
        assert "nan" not in svg
        places = [svg.index(f">{label}<") for label in ("high", "same as high", "low", "without weights")]
        assert places == sorted(places)
        widths = {float(width) for width in re.findall(r"stroke-width: ([\d.]+)", svg)}
        assert {2.6, 1.2} <= widths
