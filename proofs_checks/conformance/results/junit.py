"""A report as JUnit XML, which continuous integration shows."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from .report import Report

__all__ = ["to_junit"]

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """Write a report as JUnit XML: one test suite per alpha and dtype, one test case per law.

    Violated laws are failures, and what a target wrote there can hold any character; warnings pass, with their text
    as output; laws that were not checked, or only in part, are skipped; an unusable target is one error.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        An XML document.
    """
    root = ElementTree.Element("testsuites", name="entmax-oracle check", time=f"{report.seconds:.3f}")
    settings = [(each["alpha"], each["dtype"]) for law in report.laws[:1] for each in law.settings]
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    if not report.laws:
        suite = ElementTree.SubElement(root, "testsuite", name=report.target, timestamp=report.started)
        case = ElementTree.SubElement(suite, "testcase", classname=_clean(report.target), name="usable")
        _say(case, "error", report.message)
        _count(suite, totals)
    for place, (alpha, dtype) in enumerate(settings):
        name = _clean(f"{report.target} alpha={alpha:g} {dtype}")
        suite = ElementTree.SubElement(root, "testsuite", name=name, timestamp=report.started)
        for law in report.laws:
            here = law.settings[place]
            status = here["status"]
            seconds = f"{here.get('seconds', 0.0):.3f}"  # which older reports lack
            case = ElementTree.SubElement(suite, "testcase", classname=name, name=law.law, time=seconds)
            if status in ("skip", "partial"):
                _say(case, "skipped", here["message"])
            elif status == "fail":
                found = [each for each in law.counterexamples if (each.alpha, each.dtype) == (alpha, dtype)]
                message = found[0].message if found else here["message"]
                text = "\n".join([law.statement, message, *(f"Reproduce with: {each.command}" for each in found)])
                if law.severity == "error":
                    _say(case, "failure", message, text)
                else:
                    ElementTree.SubElement(case, "system-out").text = _clean(f"warning: {text}")
        suite.set("time", f"{sum(float(case.get('time', 0)) for case in suite):.3f}")
        _count(suite, totals)
    root.attrib |= {key: str(value) for key, value in totals.items()}
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _say(case: ElementTree.Element, what: str, message: str, text: str = "") -> None:
    ElementTree.SubElement(case, what, message=_clean(message)).text = _clean(text or message)


def _count(suite: ElementTree.Element, totals: dict[str, int]) -> None:
    counts = {"tests": len(suite)}
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[key] = len(suite.findall(f"testcase/{tag}"))
    for key, value in counts.items():
        suite.set(key, str(value))
        totals[key] += value


def _clean(text: str) -> str:
    """Replace what XML cannot hold."""
    return _UNPRINTABLE.sub("�", text)
