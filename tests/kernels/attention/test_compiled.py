"""Every attention kernel compiles for every target: no spills, matrix instructions, pipelines, memory that fits."""

import pytest

from entmax_oracle.kernels.ahead_of_time import TARGETS, compile_all
from entmax_oracle.kernels.attention.jobs import all_jobs, some_jobs

KERNELS = {"scan", "solve", "refine", "compact", "attend", "differentiate", "decode_scores", "decode_values"}


def faults(jobs):
    compiled = list(compile_all(jobs, cached=True))
    assert len(compiled) == len(jobs)
    assert all(usage.registers > 0 for usage in compiled)
    return [fault for usage in compiled for fault in usage.faults()]


def test_a_few_of_each():
    jobs = list(some_jobs())
    assert {job.target for job in jobs} == set(TARGETS)
    assert {job.kernel for job in jobs} == KERNELS
    assert faults(jobs) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("target", list(TARGETS))
def test_every_configuration(target):
    assert faults(list(all_jobs(target))) == []
