"""Work that is spread: told as it happens, done whoever dies, and the same as on one process."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks import conformance  # whose names are imported on first use: processes start fast
from entmax_oracle.proofs_checks.spreading import Done, Lost, Told, spread

ZOO = Path(__file__).parents[1] / "conformance" / "zoo" / "processes.py"
SPAWN = multiprocessing.get_context("spawn")


def doubled(piece, tell):
    """Tell the number, and double it; a path names a file in which each process leaves a mark before it dies."""
    number, marks, deaths = piece
    tell(number)
    if marks is not None and len(marks.read_text()) < deaths:
        with marks.open("a") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


@pytest.mark.parametrize("deaths", [1, 3])
def test_a_piece_whose_process_dies_is_done_by_another(deaths, tmp_path):
    marks = tmp_path / "marks"
    marks.touch()
    pieces = [(1, None, 0), (2, marks, deaths), (3, None, 0)]
    outcomes = list(spread(doubled, pieces, 2, context=SPAWN))
    done = {each.position: each.result for each in outcomes if isinstance(each, Done)}
    lost = [each for each in outcomes if isinstance(each, Lost)]
    if deaths == 1:
        assert (done, lost) == ({0: 2, 1: 4, 2: 6}, [])
    else:
        assert done == {0: 2, 2: 6}
        assert lost == [Lost(1, "its process died 3 times")]
    assert {(each.position, each.what) for each in outcomes if isinstance(each, Told)} >= {(0, 1), (2, 3)}


def test_what_is_told_is_told_once_and_in_order():
    def counting(piece, tell):
        for each in range(piece):
            tell(each)

    with ThreadPoolExecutor(2) as executor:
        outcomes = list(spread(counting, [3, 5], executor=executor))
    for position, count in enumerate((3, 5)):
        assert [each.what for each in outcomes if each == Told(position, getattr(each, "what", 0))] == list(
            range(count)
        )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copy(ZOO, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(target, laws=("single token", "simplex"), **options):
    effort = replace(conformance.PROFILES["quick"], examples=3, shrinking=10, max_n=9, long_rows=())
    return conformance.check(target, arrays="numpy", laws=laws, no_saved=True, profile=effort, **options)


def is_judged(event):
    return type(event).__name__ == "Judged"


def lasting(value):
    if isinstance(value, dict):
        return {key: lasting(each) for key, each in value.items() if key not in ("seconds", "started")}
    return [lasting(each) for each in value] if isinstance(value, list | tuple) else value


def test_a_cluster_finds_what_one_process_finds_though_a_worker_is_killed(folder, capsys):
    distributed = pytest.importorskip("distributed")
    from entmax_oracle.proofs_checks.cluster import connected

    alone = check("processes.py:off", alphas=(1.5, 2))
    local = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**local) as cluster, connected(cluster.scheduler_address) as executor:
        workers = [each.pid for each in cluster.workers.values()]
        told = []

        def kill(event):
            told.append(event)
            if is_judged(event) and workers:
                os.kill(workers.pop(), signal.SIGKILL)  # while it is at work: other laws and settings follow
                workers.clear()

        spread_out = check("processes.py:off", executor=executor, progress=kill, alphas=(1.5, 2))
        assert main(["verify", "--theorem", "finite-mask", "--scheduler", cluster.scheduler_address]) == 0
    assert not workers
    assert lasting(spread_out.to_dict()) == lasting(alone.to_dict())
    assert alone.verdict == "violates"


def test_seeds_add_up(folder):
    one, other = (check("processes.py:entmax15", "single token", seed=seed) for seed in (3, 4))
    both = check("processes.py:entmax15", "single token", seed=3, seeds=2)
    assert [law.examples for law in both.laws] == [
        a.examples + b.examples for a, b in zip(one.laws, other.laws, strict=True)
    ]
    assert [law.worst_ulp for law in both.laws] == [
        max(a.worst_ulp, b.worst_ulp) for a, b in zip(one.laws, other.laws, strict=True)
    ]


def test_an_address_where_nothing_answers_is_said_in_one_line(folder, capsys, monkeypatch):
    pytest.importorskip("distributed")
    words = ["check", "processes.py:entmax15", "--array", "numpy", "--scheduler"]
    monkeypatch.setattr("entmax_oracle.proofs_checks.cluster._PATIENCE", 1)
    for address, complaint in (("tcp://127.0.0.1:9", "no scheduler of dask"), ("nowhere", "missing port number")):
        assert main([*words, address]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert complaint in line
    assert main([*words, "tcp://127.0.0.1:9", "--jobs", "2"]) == 2
    assert "either --jobs or --scheduler" in capsys.readouterr().err
    monkeypatch.setattr("entmax_oracle.proofs_checks.cluster.find_spec", lambda name: None)
    assert main([*words, "tcp://127.0.0.1:9"]) == 2
    assert capsys.readouterr().err.strip().endswith("pip install 'entmax-oracle[distributed]'")


def test_an_interrupt_ends_the_processes_and_keeps_what_was_told(folder):
    def interrupt(event):
        if is_judged(event):
            raise KeyboardInterrupt

    report = check("processes.py:slow", alphas=(1.5, 2), jobs=2, progress=interrupt)
    assert report.verdict == "interrupted"
    assert [law.status for law in report.laws].count("pass") == 1
    for child in multiprocessing.active_children():
        child.join(20)
        assert not child.is_alive()
