"""The page of the laws: what each says, from its declaration, and an implementation that breaks it.

What the checker says of the examples is recorded: ``python docs/_ext/law_pages.py`` runs them all, ``--only LAW`` some.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

DOCS = Path(__file__).parents[1]
RECORDED = DOCS / "_data" / "laws.json"
sys.path += [str(DOCS.parent / "tests" / "conformance"), str(DOCS / "examples")]

from entmax_oracle.proofs_checks.conformance.ask import FEATURES  # noqa: E402
from entmax_oracle.proofs_checks.conformance.kinds import KINDS  # noqa: E402
from entmax_oracle.proofs_checks.conformance.law import Contract, Law  # noqa: E402
from entmax_oracle.proofs_checks.conformance.laws import LAWS_OF  # noqa: E402

GROUPS = {
    "values": (
        "One answer",
        "These laws look at a single call: each probability, the exact zeros, the sum, the order of the tokens.",
    ),
    "attention": (
        "Attention",
        "Masks, lengths, heads, scale and positions: what attention does before and after the mapping.",
    ),
    "features": (
        "What attention may also have",
        "Masks, windows, caps, sinks, a second answer, numbers per head, packed sequences: you declare each with "
        "`--with NAME` or `--layout thd`, and its laws are checked only then.",
    ),
    "relations": (
        "Two inputs, one relation",
        "If the input changes in a known way, the answer must change accordingly, even where nobody knows the exact "
        "answer.",
    ),
    "invariance": (
        "The same answer in any batch",
        "An engine that serves models puts a row into whatever batch comes next, pads it, and splits it.",
    ),
    "conduct": (
        "Conduct",
        "What a caller relies on without saying so. Every call of every law is held to the laws about the form of an "
        "answer and about side effects.",
    ),
    "statistics": ("Many answers at once", "What no single answer shows."),
    "gradients": (
        "Gradients",
        "Checked with `--grad`, through the framework's autograd; the gradient in α with `--grad-alpha`.",
    ),
}
"""The modules of laws, in reading order: a heading and an introduction."""

MINE = "laws.py:"  # of docs/examples; all other names are of the zoo

EXAMPLES: dict[str, str] = {
    "support": "leaks",
    "simplex": "never normalised",
    "order": MINE + "sorts_in_half",
    "ties": "unstable ties",
    "block edges": "last block dropped",
    "alibi": "alibi sign",
    "scale": "scale ignored",
    "live keys": "small probabilities dropped",
    "attention ties": "few halvings",
    "attention shift": "scores in bfloat16",
    "no visible key": "nan without visible keys",
    "causal": "causal sees the next",
    "alignment": "causal from the start",
    "groups": "heads interleaved",
    "padding": "lengths ignored",
    "padding garbage": "nan in the tail of values",
    "window": "window as a count",
    "window garbage": MINE + "windowed_attention",
    "softcap": "cap by exponentials",
    "sinks": "gate with the sum",
    "lse": "lse in base two",
    "mask": "bias before the scale",
    "alphas": "alpha of the key head",
    "scales": "scale of the first query",
    "packed": "packed sees one more",
    "packed garbage": MINE + "packed_attention",
    "batch invariance": "rows beyond 64",
    "attention batch invariance": "keys split for decoding",
    "returns": "matrices only",
    "empty batch": MINE + "needs_a_row",
    "device": MINE + "moves_to_another_device",
    "surroundings": MINE + "silences_numpy",
    "generators": MINE + "seeds_torch",
    "quiet": MINE + "prints",
    "shapes": "softmax over the second axis",
    "single token": "single token",
    "bias": "truncates to bfloat16",
    "gradient": "straight through",
    "training": "hurries in training",
    "overwriting": MINE + "keeps_the_answer",
    "gradient sum": "not centred",
    "gradient garbage": "leaks off the support",
    "gradient alone": "scores detached",
    "sinks gradient": "sink without a gradient",
    "mask gradient": "bias gradient of the first sequence",
    "scales gradient": "scale gradient of the first head",
    "lse gradient": "lse with the gradient of the maximum",
    "gradient padding": MINE + "attention",
    "gradient in alpha": "alpha sign",
}
"""For laws, by their anchors, the implementation that is shown where it is not the first fault that names the law."""

OPTIONS_FOR = {each: (f"--with {each}",) for each in FEATURES} | {
    "gradient": ("--grad",),
    "alpha gradient": ("--grad-alpha",),
    "packed": ("--layout thd",),
    "sinks gradient": ("--grad", "--with sinks"),
    "attn_mask gradient": ("--grad", "--with mask"),
    "scales gradient": ("--grad", "--with scales"),
    "lse gradient": ("--grad", "--with lse"),
}
"""What has to be asked for before a law is checked."""

UNRUN = {"device"}
"""Laws whose example takes a GPU: it is shown, but what the checker says of it is not."""


@dataclass(frozen=True)
class Entry:
    """A law on the page: what is declared once, though kinds may word it differently."""

    name: str
    anchor: str
    group: str
    bound: dict[str, Law | Contract]

    @property
    def first(self) -> Law | Contract:
        """The law in the words of the first kind that has it."""
        return next(iter(self.bound.values()))

    @property
    def function(self) -> Any:
        """What judges it."""
        return self.first.judge if isinstance(self.first, Law) else self.first.inspect


def entries() -> list[Entry]:
    """Gather the laws of all kinds by what declares them, in the order of the groups."""
    found: dict[Any, Entry] = {}
    for kind, parts in LAWS_OF.items():
        for law in (law for part in parts for law in part.values()):
            function = law.judge if isinstance(law, Law) else law.inspect
            group = function.__module__.rpartition(".")[2]
            known = found.setdefault(function, Entry(law.name, "", group, {}))
            known.bound[kind] = law
    taken: set[str] = set()
    named = []
    for entry in found.values():
        anchor = entry.name if entry.name not in taken else f"{next(iter(entry.bound))} {entry.name}"
        taken.add(anchor)
        named.append(replace(entry, anchor=anchor))
    return sorted(named, key=lambda entry: [*GROUPS].index(entry.group))


def anchor(entry: Entry) -> str:
    """Return where a law is on the page."""
    return "law-" + entry.anchor.replace(" ", "-")


def _noun(kind: str) -> str:
    return KINDS[kind].noun


def heading(entry: Entry) -> str:
    """Return the name of a law; where another kind has a law of the same name, with its kind."""
    return entry.name if entry.anchor == entry.name else f"{entry.name} ({_noun(next(iter(entry.bound)))})"


@dataclass(frozen=True)
class Example:
    """An implementation that breaks a law."""

    function: Any
    slip: str
    kind: str
    options: dict[str, Any]

    @property
    def source(self) -> str:
        """Its text, without the decorator that lists it and without its docstring."""
        lines = inspect.getsource(self.function)
        lines = re.sub(r"\A(@.*\n)+", "", lines)
        return re.sub(r'^    """.*?"""\n\n?', "", lines, count=1, flags=re.MULTILINE | re.DOTALL).rstrip()


def shown(entry: Entry) -> str | None:
    """Name the implementation that is shown: the one that is chosen, or the first fault that breaks the law."""
    from zoo.catalogue import FAULTS

    breaks = (name for name, fault in FAULTS.items() if fault.breaks == entry.name and entry.anchor == entry.name)
    return EXAMPLES.get(entry.anchor) or next(breaks, None)


def example(entry: Entry) -> Example | None:
    """Return the implementation that breaks a law; None if there is none yet."""
    name = shown(entry)
    if name is None:
        return None
    kind = next(iter(entry.bound))
    if name.startswith(MINE):
        import laws

        function = getattr(laws, name.removeprefix(MINE))
        options = {"alphas": (1.5,), "dtypes": ("float32",), "arrays": "torch", "kind": kind}
        options |= {"grad": True} if entry.first.needs == "gradient" else {}
        if kind == "attention":
            options |= {"alphas": (1.0,), "without": ("alibi", "groups")}
            options |= {"features": (entry.first.needs,)} if entry.first.needs in FEATURES else {}
            options |= {"layout": "thd"} if entry.first.needs == "packed" else {}
    else:
        from zoo.catalogue import FAULTS

        fault = FAULTS[name]
        function, options = fault.function, dict(fault.options)
    return Example(function, inspect.getdoc(function) or "", kind, options)


def run(entry: Entry) -> dict[str, Any]:
    """Check the example by its law, and return what was said of it."""
    from entmax_oracle.proofs_checks.conformance import PROFILES, check

    broken = example(entry)
    assert broken is not None
    asking = ("values",) if isinstance(entry.first, Contract) and not entry.first.needs else ()
    asking = {"returns": ("shapes",), "empty batch": ("shapes",), "shape": ("shapes",)}.get(entry.name, asking)
    effort = replace(PROFILES["quick"], examples=8, shrinking=25, long_rows=(1025,))  # enough for a slip that is known
    laws = tuple(dict.fromkeys((*asking, entry.name)))
    # what is printed is seen only of a process of its own
    target = f"{DOCS / 'examples'}/{shown(entry)}" if entry.anchor == "quiet" else broken.function
    report = check(target, **broken.options, laws=laws, profile=effort, no_saved=True)
    (law,) = (law for law in report.laws if law.law == entry.name)
    found = law.counterexamples[0] if law.counterexamples else None
    return {
        "status": law.status,
        "example": shown(entry),
        "message": (found.message if found else law.message).replace(f"{DOCS.parent}/", ""),
        "input": brief(found) if found else "",
    }


def brief(found: Any) -> str:
    """Write the input of a counterexample in a line; nothing if it is long."""
    numbers = [float.fromhex(word) for word in found.logits]
    alpha = f"α = {found.alpha:g}, {found.dtype}"
    if not 0 < len(numbers) <= 8:
        return f"{alpha}, shape {tuple(found.shape)}" if numbers else alpha
    shape = f", shape {tuple(found.shape)}" if len(found.shape) > 1 else ""
    return f"logits {numbers}{shape}, {alpha}"


def recorded() -> dict[str, Any]:
    """Read what was said of the examples."""
    return json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}


def section(entry: Entry, found: dict[str, Any] | None) -> list[str]:
    """Write about one law, in MyST."""
    parts = [f"({anchor(entry)})=\n### {heading(entry)}"]
    said: dict[str, list[str]] = {}
    for kind, law in entry.bound.items():
        said.setdefault(law.statement, []).append(_noun(kind))
    if len(said) == 1:
        parts += [entry.first.statement]
    else:
        parts += ["\n".join(f"- {', '.join(kinds).capitalize()}: {statement}" for statement, kinds in said.items())]
    more = (inspect.getdoc(entry.function) or "").partition("\n\n")[2]
    parts += [more] if more else []
    grounds = entry.first.theorem
    checked = [f"for {', '.join(_noun(kind) for kind in entry.bound)}"] if len(said) == 1 else []
    checked += [f"with `{option}`" for option in OPTIONS_FOR.get(entry.first.needs, ())]
    facts = [f"Checked {', '.join(checked)}."] if checked else []
    facts += [f"It rests on the theorem [{grounds}](theorems/{grounds}.md)."] if grounds != "definition" else []
    if entry.first.severity == "warning":
        facts += ["If it is broken, you get a warning, and the verdict does not change."]
    parts += [f"```{{div}} law-facts\n{' '.join(facts)}\n```"] if facts else []
    broken = example(entry)
    if broken is not None:
        parts += [f"**Broken by:** {broken.slip}", f"```python\n{broken.source}\n```"]
    if found is not None:
        given = f"\n{found['input']}" if found["input"] else ""
        parts += [f"```{{code-block}} text\n:class: wraps\n\n{found['message']}{given}\n```"]
    return parts


def text() -> str:
    """Write the page."""
    found = recorded()
    every = entries()
    parts = [
        "# The laws",
        f"`entmax-oracle check` searches for inputs on which an implementation breaks one of these {len(every)} laws. "
        "`--law NAME` checks only some, `--skip-law NAME` leaves some out. Each law is stated as in the reports, and "
        "followed by an implementation that breaks it, with what the checker says of it. Most of these "
        "implementations come from the [zoo](explanation/power.md); their helpers, such as `bisection` and `exact`, "
        "are correct: the mistake is in what is shown.",
    ]
    for group, (title, about) in GROUPS.items():
        members = [entry for entry in every if entry.group == group]
        if members:
            parts += [f"## {title}", about]
            parts += [part for entry in members for part in section(entry, found.get(entry.anchor))]
    return "\n\n".join(parts) + "\n"


def write(app: Sphinx) -> None:
    """Write the page if it changed."""
    path, now = Path(app.srcdir) / "laws.md", text()
    if not path.exists() or path.read_text(encoding="utf-8") != now:
        path.write_text(now, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the page as soon as the builder is known."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def main() -> int:
    """Record what the checker says of the examples."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", metavar="LAW", help="anchors of laws")
    wanted = parser.parse_args().only
    found, missed = recorded(), []
    for entry in entries():
        if shown(entry) is not None and entry.anchor not in UNRUN and (wanted is None or entry.anchor in wanted):
            found[entry.anchor] = run(entry)
            print(f"{time.process_time():.1f}", entry.anchor, found[entry.anchor], flush=True)
            missed += [entry.anchor] if found[entry.anchor]["status"] != "fail" else []
    found = {entry.anchor: found[entry.anchor] for entry in entries() if entry.anchor in found}
    RECORDED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("not broken:", ", ".join(missed) or "none")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
