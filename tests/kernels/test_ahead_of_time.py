"""The gate itself: which kernels it turns back, and why."""

import io
import json
from dataclasses import replace

import pytest
import torch
from rich.console import Console

from entmax_oracle.benchmarks import static
from entmax_oracle.kernels.ahead_of_time import Compiled, Job, compile_all, compile_one, machine_code
from entmax_oracle.kernels.attention.jobs import jobs
from entmax_oracle.kernels.rowwise.jobs import job
from entmax_oracle.kernels.runtime.kinds import Kind

LEAST = {"vector_loads": 16, "vector_stores": 16, "matrix": 1, "asynchronous": 1}
GOOD = Compiled(
    job=Job("module", "it", "sm_90", {}, {}, frozenset(), 4, "it", least=LEAST),
    seconds=1.0, registers=200, shared=1000, instructions=500, stack=0, spills=0, matrix=8, asynchronous=4,
    vector_loads=16, vector_stores=16, wide_loads=64, wide_stores=64, opcodes={},
)  # fmt: skip


def test_a_good_kernel_ships():
    assert GOOD.faults() == []


@pytest.mark.parametrize(
    ("figures", "fault"),
    [
        ({"spills": 3, "stack": 8}, "3 spills, a stack of 8 bytes"),
        ({"stack": 8}, "0 spills, a stack of 8 bytes"),
        ({"shared": 300_000}, "300000 bytes of shared memory, 232448 on the target"),
        ({"matrix": 0}, "matrix: 0, 1 or more wanted"),
        ({"asynchronous": 0}, "asynchronous: 0, 1 or more wanted"),
        ({"vector_loads": 8}, "vector loads: 8, 16 or more wanted"),
        ({"vector_stores": 4}, "vector stores: 4, 16 or more wanted"),
    ],
)
def test_each_fault(figures, fault):
    assert replace(GOOD, **figures).faults() == [f"it on sm_90: {fault}"]


@pytest.mark.parametrize("target", ["sm_90", "gfx942"])
def test_what_kernels_must_have(target):
    # A thread has 2 * 1024 / 128 = 16 tokens, of each array in the backward pass; three quarters of their bytes.
    widest = {"vector_loads": 16, "vector_stores": 16}
    assert job(target, Kind.SQUARE, 1024).least == widest | {"wide_loads": 48, "wide_stores": 48}
    backward = job(target, Kind.SQUARE, 1024, torch.bfloat16, backward=True)
    assert backward.least == widest | {"wide_loads": 48, "wide_stores": 24}
    pipelined = {"asynchronous": 1} if target == "sm_90" else {}
    plain = {"asynchronous": 0} if target == "sm_90" else {}
    least = {one.kernel: dict(one.least) for one in jobs(target, 64, "bf16", Kind.SQUARE)}
    assert least["scan"] == least["attend"] == {"matrix": 1} | pipelined
    assert least["differentiate"] == least["decode_values"] == {"matrix": 1} | pipelined
    assert least["decode_scores"] == {"matrix": 1} | plain  # it has no loop
    assert least["solve"] == least["compact"] == {}
    assert {one.least.get("matrix", 0) for one in jobs(target, 64, "fp32", Kind.SQUARE)} == {0}


def test_an_array_that_is_read_in_narrow_pieces_is_seen():
    """With a stride that the compiler cannot know to be 1, the upstream gradient comes 2 bytes at a time."""
    jobs = []
    for target in ("sm_90", "gfx942"):
        good = job(target, Kind.SQUARE, 1024, torch.bfloat16, backward=True)
        known = {name: value for name, value in good.constants.items() if name != "g_token_stride"}
        jobs += [good, replace(good, constants=known)]
    compiled = list(compile_all(jobs, cached=True))
    for fine, bad in zip(compiled[::2], compiled[1::2], strict=True):
        assert fine.faults() == []
        assert bad.vector_loads == 16  # the logits
        assert bad.faults() == [f"{fine.job.label} on {fine.job.target}: wide loads: 32, 48 or more wanted"]


def test_a_spill_is_seen():
    starved = replace(job("sm_90", Kind.SOFTMAX, 1024), options={"maxnreg": 24})
    (compiled,) = compile_all([starved])
    assert compiled.spills > 0
    assert compiled.stack > 0
    assert "spills" in compiled.faults()[0]


ASSEMBLY = """
\tglobal_load_dwordx4 v[0:3], v4, s[0:1]
\tbuffer_load_ushort v5, v6, s[0:3], 0 offen
\tv_mfma_f32_32x32x8_bf16_1k a[0:15], v[0:1], v[2:3], 0
\tscratch_store_dword off, v1, off
\tglobal_store_dwordx2 v4, v[0:1], s[0:1]
    .private_segment_fixed_size: 16
    .vgpr_count:     96
    .vgpr_spill_count: 2
"""


def test_figures_are_read_once(tmp_path, monkeypatch):
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    found = machine_code.figures({"amdgcn": ASSEMBLY})
    opcodes = found.pop("opcodes")
    assert sum(opcodes.values()) == 5
    assert found == {
        "registers": 96, "stack": 16, "spills": 3, "instructions": 5, "matrix": 1, "asynchronous": 0,
        "vector_loads": 16, "vector_stores": 8, "wide_loads": 16, "wide_stores": 0,
    }  # fmt: skip
    monkeypatch.delattr(machine_code, "_amd")
    assert machine_code.figures({"amdgcn": ASSEMBLY}) == found | {"opcodes": opcodes}


def test_code_that_cannot_be_read_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    with pytest.raises(RuntimeError, match="vgpr_count"):
        machine_code.figures({"amdgcn": ASSEMBLY.replace(".vgpr_count", ".registers")})


@pytest.mark.usefixtures("interpreted")
def test_an_interpreted_kernel_is_refused():
    with pytest.raises(RuntimeError, match="unset TRITON_INTERPRET"):
        compile_one(job("sm_90", Kind.SQUARE, 64))


def test_the_static_suite_shows_each_figure_beside_its_baseline():
    result = json.loads(static.BASELINE.read_text())
    first, second = result["kernels"][:2]
    before = first["registers"]
    first["registers"] = 777
    second["label"] = "not in the baseline"
    console = Console(file=io.StringIO(), width=200)
    static.show(result, console)
    said = console.file.getvalue().splitlines()
    assert sum(f"777 ({before})" in line for line in said) == 1
    (new,) = (line for line in said if "not in the baseline" in line)
    assert f"{second['registers']} (-)" in new
