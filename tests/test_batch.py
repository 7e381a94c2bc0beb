"""Long runs: stopped and gone on with, in several processes."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch import resume, unique
from pipeline.cluster import Cluster
from pipeline.errors import ConfigError, InputError, JianbaoError, ModelError, OutputError
from pipeline.journal import LOCK, NAME, Journal
from pipeline.pool import Pool
from pipeline.runner import Jianbao
from pipeline.schema import Abstract, Briefing, Document, Evidence, FactCheck, Provenance, Removal
from tests.conftest import ROOT, make_document, make_tagged

LEAD = ROOT / "configs" / "lead.yaml"
MODELS = Provenance(version="0", config_digest="0", models={"tagger": "t", "summarizer": "s"})
BODY = "双方座谈。"
DOCUMENTS = [make_document(BODY, f"d{number}") for number in range(6)]


def brief(document: Document) -> Briefing:
    evidence = (Evidence(start=0, end=5, sentences=(0,)),)
    removal = Removal(text="签约。", reason="unsupported", facts=("签约",))
    check = FactCheck(proposed=("签约",), rewrites=1, removed=(removal,), completed=True, replaced=False)
    sentence = make_tagged([(BODY, ["enterprise_visit"])])[0]
    named = replace(sentence, sentence=replace(sentence.sentence, document_id=document.id))
    return Briefing(
        document=document,
        sentences=(named,),
        abstract=Abstract(text=BODY, topic=None, evidence=evidence, check=check),
        topic_abstracts={},
        provenance=MODELS,
    )


class Computed:
    """Computes, and notes what."""

    def __init__(self, most: int = 100) -> None:
        self.done: list[str] = []
        self._most = most

    def __call__(self, documents: Iterable[Document | InputError]) -> Iterator[Briefing | InputError]:
        for document in documents:
            if isinstance(document, InputError):
                yield document
                continue
            if len(self.done) == self._most:
                raise JianbaoError("stopped")
            self.done.append(document.id)
            yield brief(document)


def ran(folder: Path, documents: Iterable[Document | InputError], compute: Computed) -> list[Briefing | InputError]:
    with Journal(folder) as journal:
        return list(resume(journal, documents, MODELS, compute))


def kept(folder: Path) -> list[Briefing]:
    with Journal(folder) as journal:
        list(resume(journal, DOCUMENTS, MODELS, Computed()))
        return list(journal.briefings())


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    bad = InputError("x.txt: empty")
    with pytest.raises(JianbaoError, match="stopped"):
        ran(tmp_path, [*DOCUMENTS[:2], bad, *DOCUMENTS[2:]], Computed(most=3))
    again = Computed()
    results = ran(tmp_path, [*DOCUMENTS[:2], bad, *DOCUMENTS[2:]], again)
    assert again.done == ["d3", "d4", "d5"]
    assert results == [*map(brief, DOCUMENTS[:2]), bad, *map(brief, DOCUMENTS[2:])]
    assert kept(tmp_path) == [brief(document) for document in DOCUMENTS]


def test_a_failed_document_is_not_tried_again_and_nothing_behind_it_is_lost(tmp_path: Path) -> None:
    class Failing(Computed):
        def __call__(self, documents: Iterable[Document | InputError]) -> Iterator[Briefing | InputError]:
            for result in super().__call__(documents):
                failed = isinstance(result, Briefing) and result.document.id == "d1"
                yield InputError("d1: could not be processed") if failed else result

    with pytest.raises(JianbaoError, match="stopped"):
        ran(tmp_path, DOCUMENTS, Failing(most=3))
    again = Failing()
    results = ran(tmp_path, DOCUMENTS, again)
    assert again.done == ["d3", "d4", "d5"]
    assert [str(result) for result in results if isinstance(result, InputError)] == ["d1: could not be processed"]
    assert kept(tmp_path) == [brief(document) for document in DOCUMENTS if document.id != "d1"]


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_line_that_was_cut_is_written_again(cut: int, tmp_path: Path) -> None:
    ran(tmp_path, DOCUMENTS[:3], Computed())
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole[:-cut])
    again = Computed()
    ran(tmp_path, DOCUMENTS[:3], again)
    assert again.done == ["d2"]
    assert (tmp_path / NAME).read_bytes() == whole


def test_what_changed_is_done_anew_from_there(tmp_path: Path) -> None:
    ran(tmp_path, DOCUMENTS, Computed())
    again = Computed()
    ran(tmp_path, [DOCUMENTS[0], replace(DOCUMENTS[1], title="新"), *DOCUMENTS[2:]], again)
    assert again.done == ["d1", "d2", "d3", "d4", "d5"]
    again = Computed()
    with Journal(tmp_path) as journal:
        list(resume(journal, DOCUMENTS[:2], replace(MODELS, config_digest="1"), again))
        assert len(list(journal.briefings())) == 2
    assert again.done == ["d0", "d1"]


def test_fewer_documents_than_before_leave_no_others_behind(tmp_path: Path) -> None:
    ran(tmp_path, DOCUMENTS, Computed())
    with Journal(tmp_path) as journal:
        assert len(list(resume(journal, DOCUMENTS[:2], MODELS, Computed(most=0)))) == 2
        assert [briefing.document.id for briefing in journal.briefings()] == ["d0", "d1"]


def test_a_journal_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(OutputError, match="cannot be written to"):
        Journal(tmp_path)


def test_ids_are_unique_whatever_the_file_system() -> None:
    named = [replace(DOCUMENTS[0], id=name) for name in ("Report", "report", "briefings", "长" * 90)]
    found = [document.id for document in unique(named) if isinstance(document, Document)]
    assert found[:3] == ["Report", "report-2", "briefings-2"]
    assert len(found[3].encode()) <= 200


def test_processes_give_what_one_gives_in_order() -> None:
    texts = ["市长到恒远公司考察，与董事长座谈。", "东江大学与市政府签订合作协议。", "今天天气很好。"] * 3
    documents = [make_document(text, str(number)) for number, text in enumerate(texts)]
    bad = InputError("x.txt: empty")
    jianbao = Jianbao.from_config(LEAD)
    with Pool(LEAD, 2) as pool:
        assert pool.provenance() == jianbao.provenance
        first, *rest = pool.run([bad, *documents])
    assert first is bad
    assert [b.document for b in rest if isinstance(b, Briefing)] == documents
    for found, expected in zip(rest, map(jianbao.run, documents), strict=True):
        assert isinstance(found, Briefing) and found.abstract == expected.abstract


def test_a_fault_that_shows_at_a_document_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_visits(*_: object) -> None:
        raise error

    monkeypatch.setattr("pipeline.runner.find_visits", find_visits)
    jianbao = Jianbao.from_config(LEAD)
    document = replace(make_document(BODY), source="a.txt")
    error: BaseException = ValueError("no such\nthing")
    assert str(jianbao.attempt(document)) == "a.txt: could not be processed (ValueError: no such thing)"
    error = RecursionError()
    assert str(jianbao.attempt(document)) == "a.txt: could not be processed (RecursionError)"
    for error in (ModelError("damaged"), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            jianbao.attempt(document)


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_document_that_raises_is_a_failed_one_and_the_others_are_done(workers: int, tmp_path: Path) -> None:
    for name, text in (("a", BODY), ("b", "这里出错。"), ("c", BODY)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [*command(tmp_path, tmp_path / "out"), "--workers", str(workers)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    reason = "could not be processed (ValueError: no such thing)"
    assert done.stderr.splitlines() == [
        f"error: {tmp_path / 'b.txt'}: {reason}",
        f"2 documents are in {tmp_path / 'out'}, 1 could not be used",
    ]
    assert {path.name for path in (tmp_path / "out").glob("*.json")} == {"a.json", "c.json"}


@pytest.mark.usefixtures("faulty")
def test_a_document_at_which_a_process_dies_is_a_failed_one_and_the_others_are_done() -> None:
    bodies = [BODY, "崩溃。", BODY, BODY, "又崩溃。", BODY, BODY, BODY, BODY]
    documents = [make_document(body, str(number)) for number, body in enumerate(bodies)]
    with Pool(LEAD, 2) as pool:
        results = list(pool.run(documents))
    assert [isinstance(result, Briefing) for result in results] == ["崩溃" not in body for body in bodies]
    assert "could not be processed (a process died, perhaps for want of memory)" in str(results[1])
    assert [r.document.body for r in results if isinstance(r, Briefing)] == [b for b in bodies if "崩溃" not in b]


def test_models_that_cannot_be_loaded_are_said_by_the_pool(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(
        LEAD.read_text("utf-8").replace("models/tagger", "models/nowhere"), encoding="utf-8"
    )
    with Pool(tmp_path / "my.yaml", 1) as pool, pytest.raises(JianbaoError, match="models/nowhere"):
        pool.provenance()


def test_ray_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    advice = "--engine ray needs a library that is not here: pip install 'jianbao[ray]'"
    with pytest.raises(ConfigError, match=re.escape(advice)):
        Cluster(LEAD, 2)


def command(source: Path, output: Path) -> list[str]:
    options = ["--config", str(LEAD), "--output", str(output), "--format", "json,jsonl,csv,xlsx,html"]
    return [sys.executable, "-m", "pipeline.cli", "run", str(source), *options]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".xlsx"}


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    source, output = ROOT / "data" / "samples" / "haiyu_delegation.txt", tmp_path / "out"
    with Journal(output) as journal:
        journal.add(brief(DOCUMENTS[0]))
        before = {path.name: path.read_bytes() for path in output.iterdir()}
        done = subprocess.run(command(source, output), cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
        assert (done.returncode, done.stdout) == (2, "")
        advice = "another run is writing into it: wait for it or choose another folder"
        assert done.stderr == f"error: {output}: {advice}\n"
        assert {path.name: path.read_bytes() for path in output.iterdir()} == before
    assert [path.name for path in output.iterdir()] == [NAME]
    subprocess.run(command(source, output), cwd=ROOT, check=True)
    assert not list(output.glob(".*"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no such signal")
def test_killed_five_times_it_writes_what_an_undisturbed_run_writes(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    draw = random.Random(0)
    words = ["市长到恒远公司考察。", "双方座谈。", "东江大学与该市签约。", "今天天气很好。", "会议研究防汛。"]
    documents = int(os.environ.get("JIANBAO_KILLED_DOCUMENTS", "300"))
    for number in range(documents):
        (source / f"{number:04}.txt").write_text("".join(draw.sample(words, 3)) + str(number), encoding="utf-8")
    subprocess.run(command(source, tmp_path / "whole"), cwd=ROOT, check=True)
    killed = tmp_path / "killed"

    def done(pages: bool) -> int:
        if pages:
            return len(list(killed.glob("*.json")))
        return (killed / NAME).read_bytes().count(b"\n") if (killed / NAME).exists() else 0

    moments = [(False, number) for number in sorted(draw.sample(range(1, documents), 4))]
    for pages, wanted in (*moments, (True, draw.randrange(1, documents // 2))):  # the last while it writes the pages
        process = subprocess.Popen(command(source, killed), cwd=ROOT)
        while process.poll() is None and done(pages) < wanted:
            time.sleep(0.01)
        assert process.poll() is None, "it was done before it could be killed"
        process.kill()
        process.wait()
    assert (killed / LOCK).exists()
    assert done(pages=False) == documents > done(pages=True)
    subprocess.run(command(source, killed), cwd=ROOT, check=True)
    assert contents(killed) == contents(tmp_path / "whole")
    assert not list(killed.glob(".*"))
