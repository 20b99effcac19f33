"""Every kernel compiles for every target, without spills, within the shared memory, with 16-byte loads and stores."""

import pytest

from entmax_oracle.kernels.ahead_of_time import TARGETS, Job, compile_all
from entmax_oracle.kernels.rowwise.jobs import all_jobs, some_jobs


def faults(jobs: list[Job]) -> list[str]:
    compiled = list(compile_all(jobs, cached=True))
    assert len(compiled) == len(jobs)
    for result in compiled:
        assert result.registers > 0
        assert result.instructions > 100
    return [fault for result in compiled for fault in result.faults()]


def test_a_few_of_each():
    jobs = list(some_jobs())
    assert {job.target for job in jobs} == set(TARGETS)
    assert {job.kernel for job in jobs} == {"forward_tile", "forward_stream", "backward_tile", "backward_stream"}
    assert faults(jobs) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("target", list(TARGETS))
def test_every_configuration(target):
    assert faults(list(all_jobs([target]))) == []
