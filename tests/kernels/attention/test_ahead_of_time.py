"""The attention kernels compiled for GPUs that are not there: no spills, matrix instructions, pipelined loads."""

import pytest

from entmax_oracle.kernels.ahead_of_time import SHARED_LIMITS
from entmax_oracle.kernels.attention.jobs import all_jobs, compile_jobs, jobs
from entmax_oracle.kernels.rowwise.rows import Kind


def faults(found):
    """Why a kernel may not ship."""
    wrong = []
    # The fallback for rows whose list overflowed spills a few values on sm_80 and sm_100 (26 seen); nothing else may.
    if found.spills > (32 if found.kernel == "refine" else 0):
        wrong.append(f"{found.spills} spills")
    if found.shared > SHARED_LIMITS[found.target]:
        wrong.append(f"{found.shared} bytes of shared memory")
    if found.kernel in ("scan", "refine", "attend", "differentiate") and found.bits == 16:
        if not found.matrix:
            wrong.append("no matrix instructions")
        if found.target != "gfx942" and found.kernel != "differentiate" and not found.asynchronous:
            wrong.append("no asynchronous loads")
    return [f"{found.label} on {found.target}: {what}" for what in wrong]


def check(wanted):
    results = list(compile_jobs(wanted))
    assert len(results) == len(wanted)
    assert not [fault for found in results for fault in faults(found)]


def test_one_configuration():
    """What a commit has time for: bfloat16, 64 features, alpha = 1.5, on Hopper."""
    wanted = jobs("sm_90", 64, "bf16", Kind.SQUARE)
    # No length is a constant of any kernel, so neither the code nor the time to compile it depends on one.
    assert not any({"m", "n", "rows", "length", "key_blocks", "query_blocks"} & set(job.constants) for job in wanted)
    check(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["sm_80", "sm_90", "sm_100", "gfx942"])
def test_every_configuration(target):
    check(list(all_jobs(target)))
