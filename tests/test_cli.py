"""The command as a user runs it: a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SAMPLE = ROOT / "data" / "samples" / "haiyu_delegation.txt"


def jianbao(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"},
        check=False,
    )


def test_plain_text_in_a_pipe() -> None:
    done = jianbao("run", str(SAMPLE))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("海屿市党政代表团赴深圳上海开展双招双引活动\n")
    assert "摘要：" in done.stdout and "企业走访：" in done.stdout and "\x1b" not in done.stdout


def test_one_bad_file_is_reported_and_the_rest_go_on(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    done = jianbao("run", str(tmp_path / "empty.txt"), str(SAMPLE), str(tmp_path / "picture.txt"), "--format", "jsonl")
    assert done.returncode == 2
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["document"]["source"] == str(SAMPLE)
    errors = done.stderr.splitlines()
    assert len(errors) == 2
    assert "empty.txt: the file is empty" in errors[0] and "picture.txt: not a text file" in errors[1]


def test_a_folder_in_a_folder_out(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for inner in ("a", "b"):
        (source / inner).mkdir(parents=True)
        (source / inner / "report.txt").write_text("市长到恒远公司考察，与董事长座谈。", encoding="gb18030")
    done = jianbao("run", str(source), "--output", str(tmp_path / "out"), "--format", "json,jsonl,md")
    assert done.returncode == 0, done.stderr
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == ["briefings.jsonl", "report-2.json", "report-2.md", "report.json", "report.md"]
    lines = (tmp_path / "out" / "briefings.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["document"]["id"] for line in lines] == ["report", "report-2"]
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8")) == json.loads(lines[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.txt"], "nowhere.txt: no such file"),
        ([str(SAMPLE), "--config", "nowhere.yaml"], "nowhere.yaml: no such config file"),
        ([str(SAMPLE), "--format", "pdf"], "--format pdf: choose from csv, docx, html, json, jsonl, md, parquet, xlsx"),
        ([str(SAMPLE), "--format", "xlsx"], "--format xlsx: needs a folder, add --output DIR"),
        ([str(SAMPLE), "--format", "json,md"], "add --output DIR"),
        ([str(SAMPLE), "--workers", "2"], "--workers 2: needs a folder, add --output DIR"),
        ([str(SAMPLE), "--engine", "ray"], "--engine ray: needs a folder, add --output DIR"),
        ([str(SAMPLE), "--engine", "spark"], "--engine spark: choose local or ray"),
        ([str(SAMPLE), "--address", "auto"], "--address auto: is for --engine ray"),
        (["@nowhere.txt"], "@nowhere.txt: not a list of files that can be read"),
        ([str(SAMPLE), "--lang", "fr"], "--lang fr: choose zh or en"),
        ([str(SAMPLE), "--output", str(SAMPLE)], "cannot be written to"),
        (["configs"], "configs: no .txt, .html, .docx or .pdf file here"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(arguments: list[str], message: str) -> None:
    done = jianbao("run", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_awkward_names_and_outputs(tmp_path: Path) -> None:
    report = tmp_path / ("长" * 80 + ".txt")
    report.write_text("市长到恒远公司考察，与董事长座谈😀。", encoding="utf-8")
    out = tmp_path / "out"
    assert jianbao("run", str(report), "--output", str(out)).returncode == 0
    assert len(list(out.iterdir())) == 2
    (out / "haiyu_delegation.json").mkdir()
    done = jianbao("run", str(SAMPLE), "--output", str(out))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert not list(out.glob("*.part"))
    (tmp_path / "furniture.txt").write_text("编辑：某某", encoding="utf-8")
    assert "no sentences found" in jianbao("run", str(tmp_path / "furniture.txt")).stderr


def test_json_is_utf8_whatever_the_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "run", str(SAMPLE), "--format", "jsonl"],
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert json.loads(done.stdout.decode("utf-8"))["document"]["title"].startswith("海屿市")


def test_help_shows_examples_and_exit_codes() -> None:
    text = jianbao("run", "--help").stdout
    assert all(part in text for part in ("--config", "--output", "--format", "--lang", "Exit codes", "jianbao run"))
    assert "run" in jianbao("--help").stdout
    assert jianbao("--version").stdout.startswith("jianbao ")


def test_the_script_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/run_pipeline.py", str(SAMPLE)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout == jianbao("run", str(SAMPLE)).stdout


def test_the_default_path_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from pipeline.cli import app\n"
        f"app(['run', {str(SAMPLE)!r}], standalone_mode=False)\n"
        "heavy = {'torch', 'transformers', 'datasets', 'sklearn', 'scipy', 'pandas', 'onnx', 'trafilatura', 'ray'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr.strip() == "[]"


def test_works_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "brief.txt").write_text("市长到恒远公司考察，与董事长座谈。", encoding="utf-8")
    assert jianbao("run", "brief.txt", cwd=tmp_path).returncode == 0
