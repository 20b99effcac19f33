"""Every attention kernel compiles for every target: no spills, matrix instructions, pipelines, memory that fits."""

import pytest

from entmax_oracle.kernels.ahead_of_time import TARGETS
from entmax_oracle.kernels.attention.jobs import Usage, all_jobs, compile_jobs, some_jobs

KERNELS = {"scan", "solve", "refine", "compact", "attend", "differentiate", "decode_scores", "decode_values"}


def faults(jobs):
    compiled = list(compile_jobs(jobs))
    assert len(compiled) == len(jobs)
    assert all(usage.registers > 0 for usage in compiled)
    return [fault for usage in compiled for fault in usage.faults()]


def test_a_few_of_each():
    jobs = list(some_jobs())
    assert {job.target for job in jobs} == set(TARGETS)
    assert {job.kernel for job in jobs} == KERNELS
    assert faults(jobs) == []


def test_what_is_a_fault():
    good = Usage("it", "scan", "sm_90", 16, 2, registers=200, shared=1000, spills=0, matrix=8, asynchronous=4)
    bad = Usage("it", "scan", "sm_90", 16, 2, registers=200, shared=300_000, spills=3, matrix=0, asynchronous=0)
    assert good.faults() == []
    assert [fault.removeprefix("it on sm_90: ") for fault in bad.faults()] == [
        "3 spills", "300000 bytes of shared memory, 232448 on the target", "no matrix instructions",
        "no pipelined loads",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("target", list(TARGETS))
def test_every_configuration(target):
    assert faults(list(all_jobs(target))) == []
