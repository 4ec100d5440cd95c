"""Imports run ui > detectors > clues, never back, and heavy libraries load lazily."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from clues.paths import ROOT

FORBIDDEN = {
    "clues": {"detectors", "ui", "torch", "streamlit", "ultralytics", "easyocr", "onnxruntime"},
    "detectors": {"ui", "streamlit"},
}
# What a package of `clues` must not know of.
ABOVE = {
    "regions": {"knowledge", "text", "inference", "report"},
    "knowledge": {"inference", "report"},
    "text": {"inference", "report"},
    "inference": {"report"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_run_one_way(package):
    for path in sorted((ROOT / package).rglob("*.py")):
        assert not {name.split(".")[0] for name in imported(path)} & FORBIDDEN[package], path


@pytest.mark.parametrize("package", ABOVE)
def test_no_package_knows_of_those_above_it(package):
    above = {f"clues.{name}" for name in ABOVE[package]}
    for path in sorted((ROOT / "clues" / package).rglob("*.py")):
        used = {".".join(name.split(".")[:2]) for name in imported(path)}
        assert not used & above, path


def test_the_knowledge_base_is_data_only():
    assert not list((ROOT / "kb").rglob("*.py"))


@pytest.mark.parametrize("command", ["kb lint --help", "locate --help"])
def test_heavy_libraries_load_only_when_needed(command):
    code = (
        f"import sys; sys.argv = ['clues', *{command.split()!r}]\n"
        "from clues.cli.main import app\n"
        "app(standalone_mode=False)\n"
        "heavy = {'torch', 'onnxruntime', 'easyocr', 'ultralytics', 'streamlit', 'geopandas'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]


def test_the_apps_first_page_is_painted_before_the_library_is_imported():
    pytest.importorskip("streamlit")
    code = (
        "import sys, ui.start, ui.pages, ui.style\n"
        "late = {'numpy', 'PIL', 'pandas', 'geopandas', 'networkx', 'clues.pipeline'}\n"
        "assert not late & set(sys.modules), late & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-500:]
