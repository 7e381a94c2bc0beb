import json
import logging
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.training.label_studio import read_tasks
from pipeline.training.labelled import LabelledDocument

TEXT = "市长到企业座谈。双方签约。天气很好。"
PATH = Path("export.json")


def span(start: int, end: int, *labels: str, **more: object) -> dict[str, Any]:
    return {"type": "labels", "value": {"start": start, "end": end, "labels": labels, **more}}


def task(*results: dict[str, Any], text: str = TEXT, **more: object) -> dict[str, Any]:
    return {"id": 7, "data": {"text": text}, "annotations": [{"result": results, "was_cancelled": False}], **more}


def read(*tasks: object) -> list[LabelledDocument]:
    return read_tasks(json.dumps(tasks), PATH)


def topics(document: LabelledDocument) -> list[tuple[str, ...]]:
    return [tuple(s.topics) for s in document.spans]


def test_spans_label_the_sentences_they_share_half_with() -> None:
    (document,) = read(task(span(0, 10, "走访"), span(8, 13, "成果", text="双方签约。"), span(13, 15, "天气")))
    assert [document.text[s.start : s.end] for s in document.spans] == ["市长到企业座谈。", "双方签约。", "天气很好。"]
    assert topics(document) == [("走访",), ("成果",), ("天气",)]
    assert document.id == "7"


def test_offsets_in_utf16_are_told_by_the_words() -> None:
    text = "😀市长座谈。双方签约。"
    by_code_point = span(6, 11, "成果", text="双方签约。")
    by_code_unit = span(7, 12, "成果", text="双方签约。")
    for result in (by_code_point, by_code_unit):
        assert topics(read(task(result, text=text))[0]) == [(), ("成果",)]


def test_choices_label_a_task_of_one_sentence() -> None:
    choice = {"type": "choices", "value": {"choices": ["走访", "成果"]}}
    assert topics(read(task(choice, text="双方签约。"))[0]) == [("走访", "成果")]
    with pytest.raises(InputError, match="task 7: choices on a text of 3 sentences"):
        read(task(choice))


def test_the_annotation_that_counts() -> None:
    def annotation(label: str, **more: bool) -> dict[str, Any]:
        return {"result": [span(0, 8, label)], **more}

    first = [annotation("skipped", was_cancelled=True), annotation("first"), annotation("second")]
    assert topics(read(task(annotations=first))[0])[0] == ("first",)
    assert topics(read(task(annotations=[*first, annotation("truth", ground_truth=True)]))[0])[0] == ("truth",)


def test_tasks_nobody_has_annotated_are_left_out_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert len(read(task(), task(annotations=[]))) == 1
    assert "1 tasks without an annotation" in caplog.text


def test_other_results_are_no_labels() -> None:
    assert topics(read(task({"type": "textarea", "value": {"text": ["a note"]}}))[0]) == [(), (), ()]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"id": 3, "text": TEXT, "label": []}, "task 3: not a task of Label Studio .* JSON-MIN"),
        ("座谈", "task 1: not a task"),
        (task(span(30, 40, "走访")), "task 7: the span 30-40 is not in its text of 18 characters"),
        (task(span(0, 8, "走访", text="别的话。")), "task 7: the span 0-8"),
        (task({"type": "hypertextlabels", "value": {"start": "/p[1]", "end": "/p[1]"}}), "label a Text, not HyperText"),
        ({**task(), "data": {"a": "座谈。", "b": "签约。"}}, "which of a, b is the text"),
    ],
)
def test_mistakes_name_the_task(bad: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(bad)
    with pytest.raises(InputError, match=r"export\.json: not JSON"):
        read_tasks("[", PATH)
