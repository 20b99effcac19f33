"""Measure which faults of the zoo the conformance suite catches, and how often it flags an honest implementation.

python tests/conformance/zoo/power.py --profile quick --markdown docs/explanation/power-table.md
python tests/conformance/zoo/power.py --false-alarms 40
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from zoo.catalogue import FAULTS, GRADES, HONEST, Specimen

from entmax_oracle.proofs_checks.conformance import PROFILES, check
from entmax_oracle.proofs_checks.conformance.laws import ATTENTION_LAWS, LAWS
from entmax_oracle.proofs_checks.conformance.results.events import Event, Judged
from entmax_oracle.proofs_checks.conformance.search import Effort


@dataclass(frozen=True)
class Catch:
    """What became of one fault; `seconds` are of processor time, until the first law broke or all had passed."""

    name: str
    subject: str
    grade: str
    slip: str
    setting: str
    law: str
    examples: int
    seconds: float


def laws_of(specimen: Specimen) -> tuple[str, ...]:
    """Laws to measure by: those of the gradient where that is what is wrong, else all."""
    needs = "alpha gradient" if specimen.subject == "gradient in alpha" else "gradient"
    laws = ATTENTION_LAWS if specimen.subject.startswith("attention") else LAWS
    if "gradient" not in specimen.subject:
        return ()
    given = specimen.asks.get("features", ())
    names = {"attn_mask" if each in ("mask", "bias") else each for each in given}
    wanted = {needs, *(f"{each} gradient" for each in names)}
    return ("untouched", *(law.name for law in laws.values() if law.needs in wanted))


def measure(specimen: Specimen, effort: Effort, seed: int, laws: Sequence[str] = ()) -> Catch:
    """Check one fault until a law breaks, of some laws or of those to measure it by."""
    examples, clock = 0, time.process_time()
    seconds = 0.0

    def progress(event: Event) -> None:
        nonlocal examples, seconds
        if isinstance(event, Judged) and event.result.law in LAWS | ATTENTION_LAWS and not seconds:
            examples += event.result.examples
            if event.result.status == "fail" and event.result.severity == "error":
                seconds = time.process_time() - clock
                raise KeyboardInterrupt  # the checker keeps what it has found

    report = check(
        specimen.function,
        **specimen.options,
        laws=laws or laws_of(specimen),
        profile=replace(effort, shrinking=0),
        seed=seed,
        progress=progress,
    )
    broken = [law.law for law in report.laws if law.status == "fail" and law.severity == "error"]
    setting = f"α {specimen.alphas[0]:g}, {specimen.dtypes[0]}" + (", NumPy" if specimen.arrays == "numpy" else "")
    # What the laws of the values do not show, contracts may, which are summed up in the end.
    return Catch(
        specimen.name,
        specimen.subject,
        specimen.grade,
        specimen.text,
        setting,
        broken[-1] if seconds and broken else broken[0] if broken else "",
        examples,
        round(seconds or time.process_time() - clock, 2),
    )


def table(catches: Iterable[Catch]) -> Iterator[str]:
    """Markdown."""
    yield "| Fault | The slip | Subject | Grade | Setting | Caught by | Examples | Seconds |"
    yield "|---|---|---|---|---|---|---:|---:|"
    for c in catches:
        caught = c.law or "**not caught**"
        yield (
            f"| {c.name} | {c.slip} | {c.subject} | {c.grade} | {c.setting} | {caught} "
            f"| {c.examples} | {c.seconds:.1f} |"
        )


def summary(catches: list[Catch]) -> Iterator[str]:
    """Caught of all, by grade."""
    yield "| Grade | Faults | Caught |"
    yield "|---|---:|---:|"
    for grade in GRADES:
        some = [c for c in catches if c.grade == grade]
        yield f"| {grade} | {len(some)} | {sum(bool(c.law) for c in some)} |"


def false_alarms(
    honest: Mapping[str, Specimen], rounds: int, first: int, effort: Effort, file: Path | None, laws: Sequence[str] = ()
) -> int:
    """Check honest implementations with many seeds; print and return the number of alarms.

    The cases that are always tried do not depend on the seed: only seed 0 tries them.
    """
    runs: Counter[str] = Counter()
    alarms: list[dict[str, object]] = []
    for seed in range(first, first + rounds):
        if seed:
            for known in (LAWS, ATTENTION_LAWS):
                known.update({name: replace(law, cornerstones=lambda setting: ()) for name, law in known.items()})
        for name, specimen in honest.items():
            print(f"seed {seed}: {name}", file=sys.stderr, flush=True)
            alpha = specimen.alphas[seed % len(specimen.alphas)]
            dtype = specimen.dtypes[seed // len(specimen.alphas) % len(specimen.dtypes)]
            options = {**specimen.options, "alphas": (alpha,), "dtypes": (dtype,)}
            report = check(specimen.function, **options, laws=laws, profile=effort, seed=seed)
            runs[name] += 1
            for law in report.laws:
                if law.status == "fail":
                    alarms.append(
                        {
                            "name": name,
                            "seed": seed,
                            "alpha": alpha,
                            "dtype": dtype,
                            "law": law.law,
                            "message": law.message,
                            "counterexample": law.counterexamples[0].to_dict() if law.counterexamples else None,
                        }
                    )
                    print(f"ALARM {name} seed {seed} alpha {alpha} {dtype}: {law.law}: {law.message}", flush=True)
            if file is not None:  # after every run, so that an interrupted measurement keeps what it has
                found = {"runs": dict(runs), "total": runs.total(), "seeds": [first, seed], "alarms": alarms}
                file.write_text(json.dumps(found, indent=1))
    print(f"{runs.total()} runs of {len(runs)} honest implementations, {len(alarms)} alarms")
    return len(alarms)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", choices=PROFILES, default="quick")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="those whose name contains one of these")
    parser.add_argument("--subject", help="those of this subject")
    parser.add_argument("--law", action="append", default=[], metavar="NAME", help="honest ones by this law only")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    parser.add_argument("--false-alarms", type=int, metavar="ROUNDS", help="check the honest ones instead, many times")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.false_alarms:
        effort = replace(PROFILES["quick"], examples=4, shrinking=60, long_rows=(1025,))
        honest = dict(_chosen(HONEST, options))
        return int(false_alarms(honest, options.false_alarms, options.seed, effort, options.json, options.law) > 0)
    catches = []
    for _, specimen in _chosen(FAULTS, options):
        catches.append(measure(specimen, PROFILES[options.profile], options.seed))
        c = catches[-1]
        print(f"{c.seconds:6.1f} s {c.examples:5} {c.grade:8} {c.name}: {c.law or 'NOT CAUGHT'}", flush=True)
        if options.json:
            options.json.write_text(json.dumps([asdict(each) for each in catches], indent=1, ensure_ascii=False))
    print("\n".join(summary(catches)))
    if options.markdown:
        words = f"python tests/conformance/zoo/power.py --profile {options.profile} --markdown {options.markdown}"
        options.markdown.write_text("\n".join(_page(catches, words)) + "\n")
    return int(not all(c.law for c in catches))


def _chosen(specimens: Mapping[str, Specimen], options: argparse.Namespace) -> Iterator[tuple[str, Specimen]]:
    for name, specimen in specimens.items():
        named = not options.only or any(word in name for word in options.only)
        if named and options.subject in (None, specimen.subject):
            yield name, specimen


def _page(catches: list[Catch], command: str) -> Iterator[str]:
    """The page of the documentation, from whose first part another one quotes."""
    yield from ("---", "orphan: true", "---", "", "# The zoo, fault by fault", "", "<!-- table -->", "")
    yield from ("```sh", command, "```", "")
    yield from (*summary(catches), "", "<!-- faults -->", "")
    yield from table(catches)


if __name__ == "__main__":
    sys.exit(main())
