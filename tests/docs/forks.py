"""Run our commands in forks of one process that has imported torch and what else they need, which takes long.

Nothing of ours is imported before the fork: a command finds itself in a fresh process, apart from that.
"""

import importlib
import json
import os
import sys
import traceback

NEEDED = ("torch", "numpy", "scipy.optimize", "scipy.special", "sympy", "flint", "hypothesis.strategies")


def become(job: dict) -> int:
    """Run the command that a job describes, as its console script would."""
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    for stream, file in enumerate((os.devnull, job["stdout"], job["stderr"])):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC), stream)
    sys.argv = job["command"]
    try:
        from entmax_oracle.cli import main

        status = main()
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return int(status or 0)


def serve() -> None:
    """Read jobs, one a line, and say the exit status of each."""
    for name in NEEDED:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(become(json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
