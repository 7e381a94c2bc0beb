"""Runs by Ray, on a cluster of two processes that lasts for the run."""

import itertools
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from pipeline.batch import FORMATS, resume
from pipeline.cluster import Cluster
from pipeline.errors import InputError, JianbaoError
from pipeline.journal import NAME, Journal
from pipeline.runner import Jianbao
from pipeline.schema import Briefing, Document
from tests.conftest import ROOT, make_document

# Ray Data sets what it has deprecated itself.
pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.*")]
LEAD, DEFAULT = ROOT / "configs" / "lead.yaml", ROOT / "configs" / "default.yaml"
SAMPLES = ROOT / "data" / "samples"
RAY = ("--engine", "ray", "--workers", "2")
SENTENCES = ["市长到恒远公司考察。", "双方座谈。", "东江大学与该市签约。", "今天天气很好。", "会议研究防汛。"]


def command(source: Path, output: Path, *options: str, config: Path = LEAD) -> list[str]:
    return [
        *(sys.executable, "-m", "pipeline.cli", "run", str(source), "--output", str(output)),
        *("--config", str(config), *options),
    ]


def jianbao(*arguments: str | Path, config: Path = LEAD) -> subprocess.CompletedProcess[str]:
    source, output, *options = arguments
    return subprocess.run(
        command(Path(source), Path(output), *map(str, options), config=config),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """What is in the files; of Word and Excel files what is in their parts, but for the one that holds the time."""
    found = {}
    for path in folder.iterdir():
        if path.suffix not in (".docx", ".xlsx"):
            found[path.name] = path.read_bytes()
            continue
        with zipfile.ZipFile(path) as parts:
            names = [name for name in parts.namelist() if name != "docProps/core.xml"]
            found |= {f"{path.name}/{name}": parts.read(name) for name in names}
    return found


def write_texts(folder: Path, number: int) -> Path:
    folder.mkdir()
    draw = random.Random(0)
    for at in range(number):
        (folder / f"{at:04}.txt").write_text("".join(draw.sample(SENTENCES, 3)) + str(at), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("config", "formats"), [(LEAD, ",".join(FORMATS)), (DEFAULT, "json,jsonl")])
def test_it_writes_what_the_local_engine_writes(config: Path, formats: str, tmp_path: Path) -> None:
    local, ray = tmp_path / "local", tmp_path / "ray"
    for output, options in ((local, ()), (ray, RAY)):
        done = jianbao(SAMPLES, output, "--format", formats, *options, config=config)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(contents(local)) > len(list(SAMPLES.glob("*.txt")))
    assert contents(ray) == contents(local)


@pytest.mark.usefixtures("faulty")
def test_a_document_that_raises_or_kills_its_process_fails_alone(tmp_path: Path) -> None:
    source = write_texts(tmp_path / "in", 20)
    (source / "0003.txt").write_text("这里出错。", encoding="utf-8")
    (source / "0011.txt").write_text("这里崩溃。", encoding="utf-8")
    (source / "0017.txt").write_text("", encoding="utf-8")
    done = jianbao(source, tmp_path / "out", "--format", "json", *RAY)
    assert done.returncode == 2, done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith(("error: ", "17 "))] == [
        f"error: {source / '0003.txt'}: could not be processed (ValueError: no such thing)",
        f"error: {source / '0011.txt'}: could not be processed (a process died, perhaps for want of memory)",
        f"error: {source / '0017.txt'}: the file is empty",
        f"17 documents are in {tmp_path / 'out'}, 3 could not be used",
    ]
    assert len(list((tmp_path / "out").iterdir())) == 17


def test_what_one_engine_began_the_other_goes_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.cluster.SEGMENT", 10)
    bad = InputError("x.txt: empty")
    documents = [bad, *(make_document(f"{SENTENCES[i % 5]}{SENTENCES[i % 3]}", str(i)) for i in range(30))]
    local = Jianbao.from_config(LEAD, threads=1)
    handed: list[Document | InputError] = []

    def noted(given: Iterable[Document | InputError]) -> Iterator[Document | InputError]:
        for document in given:
            handed.append(document)
            yield document

    def alone(given: Iterable[Document | InputError]) -> Iterator[Briefing | InputError]:
        return (document if isinstance(document, InputError) else local.run(document) for document in noted(given))

    with Cluster(LEAD, 2) as cluster:
        assert cluster.provenance() == local.provenance
        computes = [alone, lambda given: cluster.run(noted(given))] * 2
        for compute, until in zip(computes, (6, 17, 24, 31), strict=True):
            handed.clear()
            with Journal(tmp_path) as journal:
                known = (tmp_path / NAME).read_bytes().count(b"\n")
                run = resume(journal, documents, local.provenance, compute)
                results = list(itertools.islice(run, until))
            assert handed[0] == documents[known + 1]
        expected = [bad, *map(local.run, (d for d in documents if isinstance(d, Document)))]
    assert [r if isinstance(r, InputError) else r.abstract for r in results] == [
        e if isinstance(e, InputError) else e.abstract for e in expected
    ]


def test_a_killed_run_leaves_no_worker_and_the_local_engine_goes_on(tmp_path: Path) -> None:
    source = write_texts(tmp_path / "in", 300)
    process = subprocess.Popen(command(source, tmp_path / "killed", "--format", "jsonl", *RAY), cwd=ROOT)
    journal = tmp_path / "killed" / NAME
    while process.poll() is None and (not journal.exists() or not journal.stat().st_size):
        time.sleep(0.01)
    processes = psutil.Process(process.pid).children(recursive=True)
    started = [p for p in processes if not p.name().endswith("Agent")]  # these take a minute to notice
    assert process.poll() is None and started, "it was done before it could be killed"
    process.kill()
    process.wait()
    assert psutil.wait_procs(started, timeout=60)[1] == []
    for output in ("killed", "whole"):
        done = jianbao(source, tmp_path / output, "--format", "jsonl")
        assert (done.returncode, done.stderr) == (0, "")
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_models_that_a_worker_cannot_load_and_a_cluster_that_is_not_there_are_said(tmp_path: Path) -> None:
    config = tmp_path / "my.yaml"
    config.write_text(LEAD.read_text("utf-8").replace("models/tagger", "models/nowhere"), encoding="utf-8")
    with Cluster(config, 1) as cluster, pytest.raises(JianbaoError, match=r"my\.yaml: no model folder models/nowhere"):
        list(cluster.run([make_document("双方座谈。")]))
    with (
        pytest.raises(JianbaoError, match=r"Ray cannot use the cluster at 127.0.0.1:1: .*refused"),
        Cluster(LEAD, 1, "127.0.0.1:1"),
    ):
        pass


def test_what_ray_cannot_mend_is_one_line() -> None:
    documents = [make_document(SENTENCES[0] * 50, str(number)) for number in range(200)]
    with (
        Cluster(LEAD, 1) as cluster,
        pytest.raises(JianbaoError, match=r"\ARay gave up: [^\n]+\Z"),
    ):
        for _ in cluster.run(documents):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):  # gone by itself meanwhile
                    if process.name().startswith("ray::_Tries"):
                        process.kill()
