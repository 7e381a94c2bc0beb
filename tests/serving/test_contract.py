"""The service against its own description of itself."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pipeline.runner import Jianbao
from pipeline.serving.app import create_app
from pipeline.serving.settings import ServeSettings
from tests.conftest import ROOT

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


PATHS = (
    "/v1/briefings",
    "/v1/briefings/file",
    "/v1/briefings/batch",
    "/v1/reports",
    "/healthz",
    "/metrics",
)


@pytest.fixture(scope="module")
def schema() -> schemathesis.BaseSchema:
    jianbao = Jianbao.from_config(ROOT / "configs" / "lead.yaml")
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(jianbao, ServeSettings(most_bytes=50_000)))


def test_every_path_is_here(schema: schemathesis.BaseSchema) -> None:
    assert set(schema.raw_schema["paths"]) == set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_it_answers_as_it_says(schema: schemathesis.BaseSchema, path: str) -> None:
    (operation,) = (found.ok() for found in schema.get_all_operations() if found.ok().path == path)

    @given(case=operation.as_strategy())
    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def answers(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=list(CHECKS))

    answers()
