"""The service, on loaded models, without a network."""

import asyncio
import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from docx import Document as Word
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from pipeline.errors import JianbaoError
from pipeline.runner import Jianbao
from pipeline.schema import Briefing, Document
from pipeline.serving.app import create_app
from pipeline.serving.engine import Engine, SlowError
from pipeline.serving.settings import LOOPBACK, ServeSettings
from pipeline.writing.json import SCHEMA_PATH
from tests.conftest import ROOT

TEXT = "海屿市委书记林望舒到恒远机器人公司考察，与董事长周启明座谈。双方签订了合作协议。"
SETTINGS = ServeSettings(queue=2, seconds=30, most_bytes=20_000)


@pytest.fixture(scope="module")
def jianbao() -> Jianbao:
    return Jianbao.from_config(ROOT / "configs" / "lead.yaml")


@pytest.fixture
def client(jianbao: Jianbao) -> Iterator[TestClient]:
    with TestClient(create_app(jianbao, SETTINGS)) as client:
        yield client


def brief(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.post("/v1/briefings", json={"text": TEXT, "title": "考察", "id": "a"}).json()
    return found


def test_a_text_becomes_a_briefing_as_the_command_writes_it(client: TestClient, jianbao: Jianbao) -> None:
    found = brief(client)
    Draft202012Validator(json.loads(SCHEMA_PATH.read_text("utf-8"))).validate(found)
    assert found["document"]["title"] == "考察" and found["document"]["id"] == "a"
    assert "enterprise_visit" in found["sentences"][0]["topics"]
    assert found["provenance"]["config_digest"] == jianbao.provenance.config_digest


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"text": " \n"}, 422, "the text is empty"),
        ({"text": ""}, 422, ""),
        ({}, 422, ""),
        ({"text": TEXT, "titel": "x"}, 422, ""),
        ({"text": "长" * 20_000}, 413, "larger than 20,000 bytes"),
    ],
)
def test_what_cannot_be_used_is_said(client: TestClient, body: dict[str, str], status: int, said: str) -> None:
    answer = client.post("/v1/briefings", json=body)
    assert answer.status_code == status
    assert said in json.dumps(answer.json(), ensure_ascii=False)


def test_a_body_is_counted_while_it_is_read(client: TestClient) -> None:
    pieces = (b"x" * 1000 for _ in range(1000))
    answer = client.post("/v1/briefings", content=pieces, headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_files_of_all_kinds(client: TestClient) -> None:
    word = Word()
    word.add_paragraph(TEXT)
    stream = io.BytesIO()
    word.save(stream)
    given = {
        "../x/报告.txt": TEXT.encode("gb18030"),
        "page.html": f"<html><body><article><p>{TEXT * 3}</p></article></body></html>".encode(),
        "report.docx": stream.getvalue() if len(stream.getvalue()) < 19_000 else b"",
    }
    for name, data in given.items():
        if data:
            answer = client.post("/v1/briefings/file", files={"file": (name, data)})
            assert answer.status_code == 200, answer.text
            assert answer.json()["document"]["source"] == name.rpartition("/")[2]
            assert "恒远机器人公司" in answer.json()["document"]["body"]
    for name, data, said in (
        ("a.exe", b"x", "send one of"),
        ("a.txt", b"\x00\x01", "a.txt: "),
        ("a.pdf", b"x", "a.pdf: "),
    ):
        answer = client.post("/v1/briefings/file", files={"file": (name, data)})
        assert answer.status_code == 422 and said in answer.json()["detail"], answer.text
        assert "/tmp" not in answer.text


def test_several_at_once_in_order_with_their_errors(client: TestClient) -> None:
    answers = client.post(
        "/v1/briefings/batch", json={"documents": [{"text": TEXT}, {"text": " "}, {"text": TEXT}]}
    ).json()
    assert [list(answer) for answer in answers] == [["briefing"], ["error"], ["briefing"]]


def test_a_briefing_becomes_a_report(client: TestClient) -> None:
    found = brief(client)
    html = client.post("/v1/reports?format=html", json=found)
    assert html.headers["content-type"] == "text/html; charset=utf-8" and "恒远机器人公司" in html.text
    assert "# 考察" in client.post("/v1/reports?format=md&lang=en", json=found).text
    word = Word(io.BytesIO(client.post("/v1/reports?format=docx", json=found).content))
    assert any("恒远机器人公司" in paragraph.text for paragraph in word.paragraphs)
    book = load_workbook(io.BytesIO(client.post("/v1/reports?format=xlsx", json=found).content))
    assert len(book.worksheets) == 3


def test_no_report_of_what_is_no_briefing(client: TestClient) -> None:
    found = brief(client)
    assert client.post("/v1/reports", json={"schema": 1}).status_code == 422
    foreign = {**found, "topic_abstracts": {"weather": found["abstract"]}}
    assert "other topics: weather" in client.post("/v1/reports", json=foreign).json()["detail"]


@pytest.mark.parametrize(
    "body", [b'{"text": "\\ud800 abc"}', b'{"text": "abc", "title": "\\udfff"}', b'{"text": "abc", "\\ud800": 1}']
)
def test_halves_of_characters_are_no_fault_of_the_service(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/briefings", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 422)
    found = brief(client)
    found["document"]["title"] = "\ud800"
    answer = client.post("/v1/reports", content=json.dumps(found), headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_what_is_refused_is_not_sent_back(client: TestClient) -> None:
    answer = client.post("/v1/briefings", json={"text": TEXT, "titel": "林望舒"})
    assert answer.status_code == 422 and "titel" in answer.text
    assert "林望舒" not in json.dumps(answer.json(), ensure_ascii=False)


def test_health_counts_and_ids(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    given = client.get("/healthz", headers={"x-request-id": "abc-1"})
    assert given.headers["x-request-id"] == "abc-1"
    assert client.get("/healthz", headers={"x-request-id": "a b"}).headers["x-request-id"] != "a b"
    brief(client)
    text = client.get("/metrics").text
    assert 'jianbao_requests_total{method="POST",path="/v1/briefings",status="200"} 1.0' in text
    assert (
        "process_resident_memory_bytes" in text
        and "jianbao_documents_total 1.0" in text
        and "jianbao_queue 0.0" in text
    )


def test_no_text_in_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="jianbao.serve"):
        brief(client)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "jianbao.serve"]
    assert "POST /v1/briefings 200" in line
    assert "林望舒" not in caplog.text


def test_a_token_is_asked_for(jianbao: Jianbao) -> None:
    with TestClient(create_app(jianbao, ServeSettings(token="geheim"))) as client:
        assert client.get("/healthz").status_code == 200 and client.get("/").status_code == 200
        for headers in ({}, {"authorization": "Bearer falsch"}, {"authorization": "geheim"}):
            answer = client.post("/v1/briefings", json={"text": TEXT}, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get("/metrics").status_code == 401
        assert client.post("/v1/briefings", json={"text": TEXT}, headers={"authorization": "Bearer geheim"}).is_success


def test_other_host_names_are_refused_on_loopback(jianbao: Jianbao) -> None:
    app = create_app(jianbao, ServeSettings(hosts=LOOPBACK))
    with TestClient(app, base_url="http://localhost:8300") as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


class Held:
    """Stands in for the models: waits until it is let go."""

    def __init__(self, jianbao: Jianbao) -> None:
        self._jianbao, self.topics = jianbao, jianbao.topics
        self.begun, self.go = threading.Event(), threading.Event()

    def run(self, document: Document) -> Briefing:
        self.begun.set()
        assert self.go.wait(30)
        return self._jianbao.run(document)


def test_a_full_queue_says_when_to_come_again_and_loses_nothing(jianbao: Jianbao) -> None:
    held: Any = Held(jianbao)
    with TestClient(create_app(held, SETTINGS)) as client:
        answers: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: answers.append(client.post("/v1/briefings", json={"text": TEXT}).status_code)
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        assert held.begun.wait(10)
        while "jianbao_queue 2.0" not in client.get("/metrics").text:
            pass
        refused = client.post("/v1/briefings", json={"text": TEXT})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        held.go.set()
        for thread in threads:
            thread.join()
        assert answers == [200, 200]
        assert client.post("/v1/briefings", json={"text": TEXT}).status_code == 200


def test_what_takes_too_long_is_given_up() -> None:
    async def main() -> None:
        engine = Engine(queue=1, seconds=0.05)
        with engine.running():
            await slow_and_fast(engine)

    async def slow_and_fast(engine: Engine) -> None:
        stop = threading.Event()
        with pytest.raises(SlowError, match=r"took more than 0\.05 seconds"):
            await engine.call(lambda: stop.wait(5))
        stop.set()
        assert await engine.call(lambda: 3) == 3

    asyncio.run(main())


def test_other_errors_are_the_servers(jianbao: Jianbao) -> None:
    broken: Any = Held(jianbao)

    def fail(_: Document) -> Briefing:
        raise JianbaoError("damaged")

    broken.run = fail
    with TestClient(create_app(broken, SETTINGS)) as client:
        answer = client.post("/v1/briefings", json={"text": TEXT})
        assert (answer.status_code, answer.json()) == (500, {"detail": "damaged"})


def test_the_page_names_nothing_outside(client: TestClient) -> None:
    for lang, word in (("zh", "生成简报"), ("en", "Make the briefing")):
        answer = client.get(f"/?lang={lang}")
        assert word in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "http://" not in answer.text and "https://" not in answer.text and "src=" not in answer.text
