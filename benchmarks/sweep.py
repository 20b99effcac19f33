"""Judge the kernels by every law at every alpha and dtype, and keep a summary of what was seen.

    python benchmarks/sweep.py rows-cpu rows.json
    python benchmarks/sweep.py rows rows.json --seconds 120
    python benchmarks/sweep.py attention attention.json --seconds 240

The first judges the compiled kernels for a CPU, in an hour or so. The others judge the Triton kernels in the
interpreter, which takes hours, and without `--seconds`, which bounds the search of a setting, a day or two. You can
stop it at any time: what is in the summary is not judged again, so that the same command goes on from there. The
settings that are hardest to meet come first. Exit status 1 if something is violated.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

from entmax_oracle.benchmarks.environment import environment
from entmax_oracle.proofs_checks.conformance import check

ALPHAS = (1.05, 4 / 3, 4.0, 2.0, 1.0, 1.25, 1.5, 1.75, 2.5)
DTYPES = ("float32", "bfloat16", "float16", "float64")
KEY = ("alpha", "dtype", "profile", "seed", "bound")
SAID = ("law", "status", "examples", "worst_ulp", "worst_ratio")


@dataclass(frozen=True)
class Kernels:
    """What is judged: a target that refuses any other path, its kind, its settings in order.

    `alpha_gradient` says whether its gradient in alpha is judged too.
    """

    target: str
    kind: str
    settings: tuple[tuple[float, str], ...]
    alpha_gradient: bool


def _kernels(folder: str, path: str) -> Kernels:
    target = f"{Path(__file__).resolve().parents[1] / 'tests' / 'kernels' / folder / 'targets.py'}:{path}"
    if folder == "rowwise":
        order = (*product(ALPHAS[:4], DTYPES[:2]), *product(ALPHAS[4:], DTYPES[:2]), *product(ALPHAS, DTYPES[2:]))
        return Kernels(target, "mapping", order, path == "compiled")
    # The kernels of attention for a GPU take alpha in (1, 2], and no float64; the rest is plain torch.
    return Kernels(target, "attention", tuple(product((1.5, 2.0, 1.25, 1.05, 4 / 3, 1.75), DTYPES[:3])), False)


KERNELS = {
    "rows": _kernels("rowwise", "interpreted"),
    "attention": _kernels("attention", "interpreted"),
    "rows-cpu": _kernels("rowwise", "compiled"),
    "attention-cpu": _kernels("attention", "compiled"),
}


def judge(
    kernels: Kernels,
    alpha: float,
    dtype: str,
    profile: Literal["quick", "standard", "deep"],
    seed: int,
    bound: float | None,
    laws: list[str],
) -> dict[str, Any]:
    """What is said of one setting."""
    report = check(
        kernels.target, [alpha], [dtype], kind=kernels.kind, grad=True, grad_alpha=kernels.alpha_gradient,
        profile=profile, seed=seed, seconds=bound, laws=laws, timeout=60,
    )  # fmt: skip
    found = [each.to_dict() for each in report.laws]
    return {
        **dict(zip(KEY, (alpha, dtype, profile, seed, bound), strict=True)),
        "verdict": report.verdict,
        "seconds": round(report.seconds),
        "laws": [
            {name: each[name] for name in SAID} | {"late": "lack of time" in each["message"]} for each in found
        ],
        "broken": [{name: each[name] for name in ("law", "message", "counterexample")} for each in found
                   if each["status"] == "fail"],
    }  # fmt: skip


def line(said: dict[str, Any]) -> str:
    """How many calls, how near to the budget the worst of each law came, and what was broken."""
    worst = max(said["laws"], key=lambda each: float(each["worst_ratio"]))
    calls = max(each["examples"] for each in said["laws"])
    late = sum(each["late"] for each in said["laws"])
    broken = "".join(f"\n  {each['law']}: {each['message']}" for each in said["broken"])
    return (
        f"alpha {said['alpha']:.6g}, {said['dtype']}, {said['profile']}: {said['verdict']}, {len(said['laws'])} laws, "
        f"{late} of them not to the end, {calls} calls, at most {float(worst['worst_ratio']):.3f} of what is allowed "
        f"({worst['law']}), {said['seconds']} s{broken}"
    )


def written(result: dict[str, Any]) -> str:
    """Return it as JSON with a line for each setting."""
    lines = ",\n".join(json.dumps(said) for said in result["judged"])
    return json.dumps(result | {"judged": []})[:-2] + f"\n{lines}\n]}}\n"


def main(arguments: list[str] | None = None) -> int:
    """Judge what the summary lacks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("kernels", choices=tuple(KERNELS))
    parser.add_argument("summary", type=Path, help="JSON file to write, and to go on from")
    parser.add_argument("--profile", default="standard", choices=("quick", "standard", "deep"))
    parser.add_argument("--seconds", type=float, help="time budget per setting, in seconds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--alpha", type=float, nargs="+", default=ALPHAS)
    parser.add_argument("--dtype", nargs="+", default=DTYPES, choices=DTYPES)
    parser.add_argument("--law", nargs="+", default=[], help="these laws only")
    options = parser.parse_args(arguments)
    if not options.kernels.endswith("cpu"):
        os.environ["TRITON_INTERPRET"] = "1"  # for the worker, which is a process of its own
    result: dict[str, Any] = {"schema": "entmax-oracle/sweep/3"} | environment("torch", "triton", "numpy")
    result["kernels"] = options.kernels
    result["judged"] = json.loads(options.summary.read_text())["judged"] if options.summary.exists() else []
    seen = {tuple(said[name] for name in KEY) for said in result["judged"]}
    kernels = KERNELS[options.kernels]
    for alpha, dtype in kernels.settings:
        unit = (alpha, dtype, options.profile, options.seed, options.seconds)
        if unit in seen or alpha not in options.alpha or dtype not in options.dtype:
            continue
        result["judged"].append(judge(kernels, *unit, options.law))
        options.summary.write_text(written(result))
        print(line(result["judged"][-1]), flush=True)
    return int(any(said["verdict"] != "conforms" for said in result["judged"]))


if __name__ == "__main__":
    sys.exit(main())
