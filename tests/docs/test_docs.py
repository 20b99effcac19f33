"""Every example of the documentation is executed, and the pages build without a warning and without the network."""

import doctest
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if not {"_build", "laws.md", "theorems"} & set(p.relative_to(DOCS).parts))


def blocks(page, language):
    return re.findall(
        rf"^```{re.escape(language)}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def pages_with(language):
    return [pytest.param(p, id=str(p.relative_to(DOCS))) for p in PAGES if blocks(p, language)]


@pytest.mark.parametrize("page", pages_with("{doctest}"))
def test_python_examples(page):
    pytest.importorskip("torch")
    text = "\n".join(blocks(page, "{doctest}"))
    if "transformers" in text:
        pytest.importorskip("transformers")
    examples = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    assert examples.examples
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    report = []
    runner.run(examples, out=report.append)
    assert runner.failures == 0, "".join(report)


def sessions(block):
    """Split a console block at its prompts: pairs of a command and the output expected of it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


# Every five seconds a line, where a check takes that long; and one where kernels have to be compiled first.
PROGRESS = re.compile(
    r"^(?:alpha .*, check \d+ of \d+|replay), [\d,]+ calls, \d+:\d\d\n"
    r"|^.*entmax_oracle: compiling the CPU kernels, .*\n",
    re.MULTILINE,
)


def workplace(folder):
    """Lay out the files that the commands of a page are run among."""
    shutil.copytree(DOCS / "examples", folder, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def forks():
    """Start the process whose forks run our commands; the console script itself is run by `tests/package`."""
    pytest.importorskip("torch")
    # As a text: Hypothesis takes constants from files of ours, and would search elsewhere for one more.
    source = Path(__file__).with_name("forks.py").read_text(encoding="utf-8")
    server = [sys.executable, "-P", "-c", source]
    with subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def run(forks, tmp_path):
    """Run a command of a page; `status` is that of the command before it, which `echo $?` tells."""
    workplace(tmp_path)
    ours = {"TRITON_INTERPRET", "PYTEST_ADDOPTS"}  # would change what the command does
    environment = {name: value for name, value in os.environ.items() if name not in ours} | {
        "COLUMNS": "140",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    printed = [tmp_path / "cache" / name for name in ("stdout", "stderr")]
    printed[0].parent.mkdir()

    def run(command, status=0):
        if re.match(r"entmax-oracle [^|<>;&$]*$", re.sub(r"'[^']*'", "", command)):
            job = {"command": shlex.split(command), "environment": environment, "folder": str(tmp_path)}
            job |= {file.name: str(file) for file in printed}
            print(json.dumps(job), file=forks.stdin, flush=True)
            return int(forks.stdout.readline()), "".join(file.read_text(encoding="utf-8") for file in printed)
        command = ["bash", "-c", f"(exit {status}); {command}"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout + done.stderr

    return run


# The worst error of a check that passes, which depends on how the machine sums.
WORST = re.compile(r"^(\S.* pass +[\d,]+ +)[\d.]+(?:e[+-]?\d+)?", re.MULTILINE)


@pytest.mark.parametrize("page", pages_with("console"))
def test_console_examples(page, run):
    pytest.importorskip("matplotlib")
    checker = doctest.OutputChecker()
    status = 0
    for block in blocks(page, "console"):
        for command, expected in sessions(block):
            status, printed = run(command, status)
            kept = [WORST.sub(r"\1…", text) for text in (expected, PROGRESS.sub("", printed))]
            same = checker.check_output(*kept, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            assert same, f"$ {command}\nexpected:\n{expected}\nprinted:\n{printed}"


def dead_links(folder):
    """Links between the pages, and to places on them, that lead nowhere."""
    pages = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}
    places = {path: {unescape(name) for name in re.findall(r'\bid="([^"]+)"', text)} for path, text in pages.items()}
    dead = []
    for path, text in pages.items():
        for link in {unescape(each) for each in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text)}:
            if re.match(r"[a-z]+:", link):
                continue
            name, _, place = link.partition("#")
            to = (path.parent / unquote(name)).resolve() if name else path
            if not to.is_file() or (place and to in places and unquote(place) not in places[to]):
                dead.append(f"{path.relative_to(folder)}: {link}")
    return dead


@pytest.mark.early
def test_pages_build_without_a_warning(tmp_path):
    for package in (
        "sphinx",
        "myst_parser",
        "furo",
        "sphinxarg",
        "sphinx_copybutton",
        "sphinx_design",
        "latex2mathml",
        "torch",
    ):
        pytest.importorskip(package)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run([*command, str(DOCS), str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert dead_links(tmp_path) == []
    from entmax_oracle.theory import theorems

    written = {path.stem for path in (tmp_path / "theorems").glob("*.html")} - {"index", "common-misconceptions"}
    assert written == {theorem.name for theorem in theorems()}
    from entmax_oracle.proofs_checks.conformance.ask import OPTIONS

    commands = (tmp_path / "cli.html").read_text(encoding="utf-8")
    assert [option.flag for option in OPTIONS.values() if f">--{option.flag}<" not in commands] == []
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=\"(https?:)?//", text), path
        assert 'class="latex"' not in text, f"{path}: a formula that the converter does not understand"
        headings = re.findall(r"<h[1-6]>(.*?)<a class=\"headerlink\"", text)
        assert sorted(set(headings)) == sorted(headings), f"{path}: two headings are the same"


def law_pages():
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        return importlib.import_module("law_pages")
    finally:
        sys.path.remove(str(DOCS / "_ext"))


def test_every_law_is_shown_with_code_that_breaks_it():
    pytest.importorskip("sphinx")
    pytest.importorskip("torch")
    pages = law_pages()
    recorded = pages.recorded()
    for entry in pages.entries():
        again = f"run docs/_ext/law_pages.py --only '{entry.anchor}'"
        missing = (
            f"the law {entry.anchor!r} has no example; add a fault with breaks={entry.name!r} to the zoo, and {again}"
        )
        assert pages.shown(entry) is not None, missing
        if entry.anchor in pages.UNRUN:
            continue
        assert recorded.get(entry.anchor, {}).get("example") == pages.shown(entry), again
        assert recorded[entry.anchor]["status"] == "fail", again


@pytest.mark.parametrize("law", ["order", "generators", "overwriting"])
def test_the_examples_of_laws_still_break_them(law):
    pytest.importorskip("sphinx")
    pytest.importorskip("torch")
    pages = law_pages()
    (entry,) = (entry for entry in pages.entries() if entry.anchor == law)
    assert pages.run(entry) == pages.recorded()[law]


def test_every_command_is_documented_by_its_parser():
    from entmax_oracle.cli import COMMANDS

    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^:path: (\w+)$", page, re.MULTILINE)) == set(COMMANDS)


def test_every_public_name_is_documented():
    import entmax_oracle
    from entmax_oracle import reference

    documented = " ".join(p.read_text(encoding="utf-8") for p in (DOCS / "api").glob("*.md"))
    names = set(re.findall(r"auto\w+:: (\w+)", documented))
    assert set(entmax_oracle.__all__) <= names
    assert set(reference.__all__) <= names | {"entmax"}
