"""Every kernel compiles for every target: no spills, memory that fits, 16-byte accesses, matrix products, pipelines."""

import pytest

from entmax_oracle.kernels.ahead_of_time import TARGETS, Job, compile_all
from entmax_oracle.kernels.attention import jobs as attention
from entmax_oracle.kernels.attention.kernels import KERNELS
from entmax_oracle.kernels.rowwise import jobs as rowwise

ROWWISE = {"forward_tile", "forward_stream", "backward_tile", "backward_stream"}


def faults(jobs: list[Job]) -> list[str]:
    compiled = list(compile_all(jobs, cached=True))
    assert len(compiled) == len(jobs)
    for usage in compiled:
        assert usage.registers > 0
        assert usage.instructions > 100 or usage.job.kernel not in ROWWISE
    return [fault for usage in compiled for fault in usage.faults()]


@pytest.mark.early
def test_a_few_of_each():
    few = [list(rowwise.some_jobs()), list(attention.some_jobs())]
    for jobs, kernels in zip(few, (ROWWISE, {kernel.name for kernel in KERNELS}), strict=True):
        assert {job.target for job in jobs} == set(TARGETS)
        assert {job.kernel for job in jobs} == kernels
    assert faults([*few[0], *few[1]]) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("target", list(TARGETS))
@pytest.mark.parametrize("room", [rowwise, attention], ids=["rowwise", "attention"])
def test_every_configuration(room, target):
    assert faults(list(room.all_jobs(target))) == []
