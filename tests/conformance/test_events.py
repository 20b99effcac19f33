"""Every report is made from the events of a check, also when it was cut off, and events survive being written down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from entmax_oracle.cli import main
from entmax_oracle.proofs_checks.conformance import PROFILES, check, gather, read_events, to_junit
from entmax_oracle.proofs_checks.conformance.results.events import Begun, Ended, Judged, Judging, line

SUBJECT = str(Path(__file__).parent / "zoo" / "processes.py")
EFFORT = replace(PROFILES["quick"], examples=4, shrinking=20, long_rows=(1025,))


def sparsemax_everywhere(z, alpha):
    """Right for alpha 2 alone."""
    s = np.sort(z - z.max(axis=-1, keepdims=True), axis=-1)[..., ::-1]
    mean = (np.cumsum(s, axis=-1) - 1) / np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    last = (s > mean).sum(axis=-1, keepdims=True) - 1
    return np.maximum(z - z.max(axis=-1, keepdims=True) - np.take_along_axis(mean, last, axis=-1), 0)


@pytest.fixture(scope="module")
def told():
    """A check of two settings, one of them violated: its events and its report."""
    events = []
    report = check(
        sparsemax_everywhere,
        (1.5, 2.0),
        "float64",
        "numpy",
        laws=["values", "dtype"],
        profile=EFFORT,
        progress=events.append,
    )
    return events, report


def test_events_tell_what_happens_in_order(told):
    events, report = told
    assert isinstance(events[0], Begun)
    assert isinstance(events[-1], Ended)
    asked = [(each.alpha, each.law) for each in events if isinstance(each, Judging)]
    assert asked == [(1.5, "values"), (2.0, "values")]
    judged = {(each.alpha, each.result.law): each.result.status for each in events if isinstance(each, Judged)}
    assert judged[1.5, "values"] == "fail"
    assert judged[2.0, "values"] == judged[2.0, "dtype"] == "pass"
    assert report.verdict == "violates"


def test_events_written_and_read_make_the_same_reports(told):
    events, report = told
    again = gather(read_events(map(line, events)))
    assert again.to_dict() == report.to_dict()
    assert str(again) == str(report)
    assert to_junit(again) == to_junit(report)


def test_events_that_end_early_keep_what_was_judged(told):
    events, _ = told
    stop = next(place for place, event in enumerate(events) if isinstance(event, Judging) and event.alpha == 2.0)
    found = gather(events[:stop])
    assert found.verdict == "violates"
    assert "interrupted" in found.message
    values = next(law for law in found.laws if law.law == "values")
    assert [each["status"] for each in values.settings] == ["fail", "skip"]
    assert gather(events[:1]).verdict == "interrupted"  # nothing was judged: neither conforms nor violates


def test_a_line_cut_short_is_left_out_and_other_text_refused(told):
    events, _ = told
    text = [line(event) for event in events]
    assert len(list(read_events([*text[:-1], text[-1][:20]]))) == len(text) - 1
    with pytest.raises(ValueError, match="line 1 is not an event"):
        list(read_events(["{}", *text]))
    with pytest.raises(ValueError, match="schema"):
        list(read_events([json.dumps(json.loads(text[0]) | {"schema": "other"})]))
    with pytest.raises(ValueError, match="'begun'"):
        gather(events[1:])


def test_an_alpha_that_rounds_apart_has_suites_of_its_own():
    """Alpha as an array takes the dtype: the settings are not every alpha with every dtype."""
    torch = pytest.importorskip("torch")
    report = check(
        lambda z, alpha: torch.softmax(z, dim=-1) + 0 * alpha,
        1.3,
        ("float64", "float32"),
        laws=["dtype", "order"],
        grad_alpha=True,
        profile=EFFORT,
    )
    root = ElementTree.fromstring(to_junit(report))
    assert len(root) == len(report.laws[0].settings) == 2


def test_of_a_check_that_is_killed_the_events_make_the_page(tmp_path, capsys):
    events = tmp_path / "check-slow.jsonl"
    words = [
        sys.executable,
        "-m",
        "entmax_oracle.cli",
        "check",
        f"{SUBJECT}:off",
        "--array",
        "numpy",
        "--dtype",
        "float64",
    ]
    with subprocess.Popen(
        [*words, "--events", str(events)], stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if events.exists() and '"event": "judged"' in events.read_text():
                break
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    assert main(["report", str(tmp_path)]) == 0
    assert "off: violates" in capsys.readouterr().out
    assert "interrupted" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["--json", "--junit", "--events", "--report"])
def test_a_place_that_cannot_be_written_is_said_before_the_work(option, tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    place = taken / "below"
    assert main(["check", f"{SUBJECT}:entmax15", "--array", "numpy", option, str(place)]) == 2
    assert f"{option} {place}: cannot be written" in capsys.readouterr().err
    assert (
        main(["check", f"{SUBJECT}:entmax15", "--array", "numpy", "--replay", "{}", option, str(tmp_path / "a")]) == 2
    )
    assert "leave it out" in capsys.readouterr().err
