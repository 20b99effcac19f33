"""The package as a user gets it: complete, installable, light to import, layered."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import entmax_oracle

ROOT = Path(__file__).parents[2]
ROOMS = {
    "entmax_oracle.benchmarks": "benchmarks",
    "entmax_oracle.kernels": "kernels",
    "entmax_oracle.proofs_checks": "proofs_checks",
    "entmax_oracle.reference": "reference",
    "entmax_oracle.theory": "theory",
}


def folders() -> dict[str, Path]:
    """Every package that holds Python files, by import name."""
    found = {}
    for name, place in {"entmax_oracle": "src/entmax_oracle", **ROOMS}.items():
        for module in (ROOT / place).rglob("*.py"):
            inside = module.parent.relative_to(ROOT / place)
            if not any((ROOT / place / part).is_symlink() for part in (inside, *inside.parents)):
                found[".".join([name, *inside.parts])] = module.parent
    return found


def test_every_folder_is_packaged():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert sorted(settings["packages"]) == sorted(folders())
    for name, place in ROOMS.items():
        if name in settings["packages"] or (ROOT / place).is_dir():
            assert settings["package-dir"][name] == place


def test_the_architecture_page_names_every_folder_of_every_room():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\w+", page))
    missing = {name for name in folders() if name.count(".") == 2 and name.rpartition(".")[2] not in words}
    assert missing == set()
    named = re.findall(
        r"`((?:conformance|evidence|reading|reference|tests|theory|proofs_checks|report|results|docs)/[\w./]*)`", page
    )
    inside = ("", "proofs_checks", "proofs_checks/conformance")
    lost = [each for each in named if not any((ROOT / place / each).exists() for place in inside)]
    assert named
    assert lost == []


def test_rooms_are_linked_for_static_tools():
    for name, place in ROOMS.items():
        assert (ROOT / "src" / name.replace(".", "/")).resolve() == ROOT / place


def test_kernels_does_not_shadow_another_package():
    assert not (ROOT / "kernels" / "__init__.py").exists()


def test_import_is_light():
    code = (
        "import sys, entmax_oracle as eo; eo.entmax([1.0, 0.0]); eo.enclose([1.0, 0.0]); import entmax_oracle.cli;"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'torch', 'triton', 'jax', 'matplotlib', 'jinja2', 'z3', 'sympy', 'pytest'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_exist():
    for name in entmax_oracle.__all__:
        assert getattr(entmax_oracle, name) is not None
    assert set(entmax_oracle.__all__) <= set(dir(entmax_oracle))
    with pytest.raises(AttributeError, match="no attribute 'entmx'"):
        _ = entmax_oracle.entmx


@pytest.mark.early
def test_wheel_in_a_clean_environment(tmp_path):
    """Build sdist and from it the wheel, install it elsewhere, and run the command line there."""
    quiet = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "COVERAGE_PROCESS_START")}
    subprocess.run([sys.executable, "-m", "build", "--outdir", tmp_path, ROOT], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = zipfile.ZipFile(wheel).namelist()
    assert len(packed) == len(set(packed))
    for name, folder in folders().items():
        for module in folder.glob("*.py"):
            assert f"{name.replace('.', '/')}/{module.name}" in packed
    assert "entmax_oracle/py.typed" in packed
    assert not [entry for entry in packed if entry.startswith(("tests/", "docs/", "kernels/", "theory/"))]

    venv.create(tmp_path / "clean")
    python = tmp_path / "clean" / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [sys.executable, "-m", "pip", "--python", python]
    # Nearly all of what would be compiled to bytecode is never imported.
    subprocess.run([*pip, "install", "--quiet", "--no-compile", wheel], check=True, env=quiet, cwd=tmp_path)
    command = [python.with_name("entmax-oracle"), "solve", "--alpha", "1.5", "--digits", "40", "1", "0.5", "-1"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=quiet, cwd=tmp_path)
    assert "0.6739926363384381850662334780912046725149" in done.stdout
    listing = subprocess.run([*pip, "list"], check=True, capture_output=True, text=True, env=quiet)
    assert "torch" not in listing.stdout
    assert "triton" not in listing.stdout
