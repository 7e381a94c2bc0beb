"""Promises of the project as a whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def test_layers() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_files_and_targets_the_readme_names_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", text)) - {"sure"} <= targets
    for path in re.findall(r"(?:data|configs|scripts|models|pipeline)/[\w./-]*\w", text):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (ROOT / link).exists(), link


def test_ci_runs_the_readmes_own_commands() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in script and "make demo" in script


def test_nothing_in_models_is_too_large() -> None:
    sizes = {p: p.stat().st_size for p in (ROOT / "models").rglob("*") if p.is_file()}
    assert max(sizes.values()) < 70 * 2**20
    assert sum(sizes.values()) < 160 * 2**20


def test_constraints_name_every_direct_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    pinned = {
        line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    assert {re.split(r"[>=<\[]", name)[0].lower().replace("_", "-") for name in wanted} <= pinned
