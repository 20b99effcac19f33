"""Measure which faults of the zoo the conformance suite catches, and how often it flags an honest implementation.

python tests/conformance/zoo/power.py --profile quick --markdown docs/explanation/power-table.md
python tests/conformance/zoo/power.py --false-alarms 40

With --json, what is measured is kept as it goes, and --resume goes on where an interrupted measurement stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
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
    crash: str = ""  # why it could not be measured


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

    broken, crash = [], ""
    try:
        report = check(
            specimen.function,
            **specimen.options,
            laws=laws or laws_of(specimen),
            profile=replace(effort, shrinking=0),
            seed=seed,
            progress=progress,
        )
        broken = [law.law for law in report.laws if law.status == "fail" and law.severity == "error"]
    except Exception as error:  # of the checker: the other faults are measured all the same
        crash = f"{type(error).__name__}: {error}"
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
        crash,
    )


def table(catches: Iterable[Catch]) -> Iterator[str]:
    """Markdown."""
    yield "| Fault | The slip | Subject | Grade | Setting | Caught by | Examples | Seconds |"
    yield "|---|---|---|---|---|---|---:|---:|"
    for c in catches:
        caught = c.law or ("**not measured**" if c.crash else "**not caught**")
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


@dataclass
class Alarms:
    """What the honest runs have shown so far, which a file keeps."""

    done: list[str] = field(default_factory=list)
    alarms: list[dict[str, object]] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def keep(self, file: Path | None) -> None:
        """Write it all, so that an interrupted measurement loses no run."""
        if file is not None:
            runs = Counter(each.rpartition(" ")[0] for each in self.done)
            _write(file, {"runs": dict(runs), "total": runs.total(), **asdict(self)})


def false_alarms(
    honest: Mapping[str, Specimen],
    rounds: int,
    first: int,
    effort: Effort,
    file: Path | None,
    laws: Sequence[str] = (),
    resume: bool = False,
) -> Alarms:
    """Check honest implementations with many seeds; print the alarms and return all that was seen.

    The cases that are always tried do not depend on the seed: only seed 0 tries them.
    """
    seen = Alarms()
    if resume and file is not None and file.exists():
        kept = json.loads(file.read_text())
        seen = Alarms(kept["done"], kept["alarms"], kept["crashes"], kept["seconds"])
    total = rounds * len(honest)
    for seed in range(first, first + rounds):
        if seed:
            for known in (LAWS, ATTENTION_LAWS):
                known.update({name: replace(law, cornerstones=lambda setting: ()) for name, law in known.items()})
        for name, specimen in honest.items():
            run = f"{name} {seed}"
            if run in seen.done:
                continue
            alpha = specimen.alphas[seed % len(specimen.alphas)]
            dtype = specimen.dtypes[seed // len(specimen.alphas) % len(specimen.dtypes)]
            options = {**specimen.options, "alphas": (alpha,), "dtypes": (dtype,)}
            clock = time.process_time()
            try:
                report = check(specimen.function, **options, laws=laws, profile=effort, seed=seed)
            except Exception as error:  # of the checker: the other runs are made all the same
                seen.crashes.append(f"{run}: {type(error).__name__}: {error}")
                print(f"CRASH {seen.crashes[-1]}", flush=True)
            else:
                if report.verdict == "interrupted":  # by the user: this run is made again
                    raise KeyboardInterrupt
                for law in report.laws:
                    if law.status == "fail":
                        found = law.counterexamples[0].to_dict() if law.counterexamples else None
                        where = {"name": name, "seed": seed, "alpha": alpha, "dtype": dtype, "law": law.law}
                        seen.alarms.append({**where, "message": law.message, "counterexample": found})
                        print(f"ALARM {run} alpha {alpha} {dtype}: {law.law}: {law.message}", flush=True)
            seen.done.append(run)
            seen.seconds = round(seen.seconds + time.process_time() - clock, 2)
            seen.keep(file)
            print(f"{len(seen.done)} of {total}, {seen.seconds:.0f} s of processor time: {run}", file=sys.stderr)
    names = {each.rpartition(" ")[0] for each in seen.done}
    print(
        f"{len(seen.done)} runs of {len(names)} honest implementations: "
        f"{len(seen.alarms)} alarms, {len(seen.crashes)} crashes, {seen.seconds:.0f} s of processor time"
    )
    return seen


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", choices=PROFILES, default="quick")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="those whose name contains one of these")
    parser.add_argument("--subject", help="those of this subject")
    parser.add_argument("--law", action="append", default=[], metavar="NAME", help="honest ones by this law only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what is measured here, as it goes")
    parser.add_argument("--resume", action="store_true", help="skip what --json FILE already has")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    parser.add_argument("--false-alarms", type=int, metavar="ROUNDS", help="check the honest ones instead, many times")
    options = parser.parse_args()
    if options.resume and not options.json:
        parser.error("--resume needs --json FILE, the file of the interrupted measurement")
    torch.set_num_threads(1)
    if options.false_alarms:
        effort = replace(PROFILES["quick"], examples=4, shrinking=60, long_rows=(1025,))
        honest = dict(_chosen(HONEST, options))
        seen = false_alarms(
            honest, options.false_alarms, options.seed, effort, options.json, options.law, options.resume
        )
        return int(bool(seen.alarms or seen.crashes))
    catches = []
    if options.resume and options.json.exists():
        catches = [Catch(**each) for each in json.loads(options.json.read_text())]
    done = {each.name for each in catches}
    chosen = [each for name, each in _chosen(FAULTS, options) if name not in done]
    for specimen in chosen:
        c = measure(specimen, PROFILES[options.profile], options.seed)
        catches.append(c)
        verdict = c.law or c.crash or "NOT CAUGHT"
        where = f"{len(catches):3} of {len(done) + len(chosen)}"
        print(f"{where} {c.seconds:6.1f} s {c.examples:5} {c.grade:8} {c.name}: {verdict}", flush=True)
        if options.json:
            _write(options.json, [asdict(each) for each in catches])
    print("\n".join(summary(catches)))
    if options.markdown:
        words = f"python tests/conformance/zoo/power.py --profile {options.profile} --markdown {options.markdown}"
        options.markdown.write_text("\n".join(_page(catches, words)) + "\n")
    return int(not all(c.law for c in catches))


def _write(file: Path, content: object) -> None:
    """Replace a file at once: an interruption leaves the old one or the new one."""
    draft = file.with_name(f"{file.name}.new")
    draft.write_text(json.dumps(content, indent=1, ensure_ascii=False))
    draft.replace(file)


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
