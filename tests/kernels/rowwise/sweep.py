"""Judge the interpreted kernels by every law at every alpha and dtype, and keep a summary of what was seen.

    python tests/kernels/rowwise/sweep.py summary.json

takes many hours in the interpreter. It may be stopped at any time: what is in the summary is not judged again, so that
the same command goes on from there. The laws that find most, and the settings that are hardest to meet, come first.
Exit status 1 if something is violated.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

from entmax_oracle.benchmarks.environment import environment
from entmax_oracle.proofs_checks.conformance import check
from entmax_oracle.proofs_checks.conformance.laws import choose

ALPHAS = (1.05, 4 / 3, 4.0, 2.0, 1.0, 1.25, 1.5, 1.75, 2.5)
DTYPES = ("float32", "bfloat16", "float16", "float64")
SETTINGS = (*product(ALPHAS[:4], DTYPES[:2]), *product(ALPHAS[4:], DTYPES[:2]), *product(ALPHAS, DTYPES[2:]))
KEY = ("law", "alpha", "dtype", "profile", "seed")
FIRST = ("values", "gradient")
CONTRACTS, LAWS = choose(offered=("gradient",))
TARGET = f"{Path(__file__).with_name('targets.py')}:interpreted"


def judge(law: str, alpha: float, dtype: str, profile: str, seed: int) -> dict[str, Any]:
    """What is said of one law in one setting; what every call must keep is judged along with each."""
    start = time.monotonic()
    laws = (*(contract.name for contract in CONTRACTS), law)
    report = check(TARGET, [alpha], [dtype], grad=True, profile=profile, seed=seed, laws=laws, timeout=60)
    judged = {each.law: each.to_dict() for each in report.laws}
    broken = [each for each in judged.values() if each["status"] == "fail"]
    return {
        **dict(zip(KEY, (law, alpha, dtype, profile, seed), strict=True)),
        "verdict": report.verdict,
        "seconds": round(time.monotonic() - start),
        **{name: judged[law][name] for name in ("status", "examples", "worst_ulp", "worst_ratio", "message")},
        "broken": [{name: each[name] for name in ("law", "message", "counterexample")} for each in broken],
    }


def line(said: dict[str, Any]) -> str:
    """How many cases, how near to the budget the worst came, and what was broken."""
    broken = "".join(f"\n  {each['law']}: {each['message']}" for each in said["broken"])
    return (
        f"{said['law']}, alpha {said['alpha']:.6g}, {said['dtype']}, {said['profile']}: {said['verdict']}, "
        f"{said['examples']} cases, at most {float(said['worst_ratio']):.3f} of what is allowed, {said['seconds']} s"
        f"{', ' if said['message'] else ''}{said['message']}{broken}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Judge what the summary lacks."""
    names = sorted((law.name for law in LAWS), key=lambda name: name not in FIRST)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("summary", type=Path, help="JSON file to write, and to go on from")
    parser.add_argument("--profile", default="standard", choices=("quick", "standard", "deep"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--alpha", type=float, nargs="+", default=ALPHAS)
    parser.add_argument("--dtype", nargs="+", default=DTYPES, choices=DTYPES)
    parser.add_argument("--law", nargs="+", default=names, choices=names)
    options = parser.parse_args(arguments)
    os.environ["TRITON_INTERPRET"] = "1"  # for the worker, which is a process of its own
    result: dict[str, Any] = {"schema": "entmax-oracle/sweep/1"} | environment("torch", "triton", "numpy")
    result["judged"] = json.loads(options.summary.read_text())["judged"] if options.summary.exists() else []
    seen = {tuple(said[name] for name in KEY) for said in result["judged"]}
    for law, (alpha, dtype) in product(options.law, SETTINGS):
        unit = (law, alpha, dtype, options.profile, options.seed)
        if unit in seen or alpha not in options.alpha or dtype not in options.dtype:
            continue
        result["judged"].append(judge(*unit))
        options.summary.write_text(json.dumps(result, indent=1) + "\n")
        print(line(result["judged"][-1]), flush=True)
    return int(any(said["verdict"] != "conforms" for said in result["judged"]))


if __name__ == "__main__":
    sys.exit(main())
