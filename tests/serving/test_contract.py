"""The service against its own description of itself."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
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


@pytest.fixture(scope="module")
def described() -> schemathesis.BaseSchema:
    jianbao = Jianbao.from_config(ROOT / "configs" / "lead.yaml")
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(jianbao, ServeSettings(most_bytes=50_000)))


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_answers_as_it_says(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=list(CHECKS))
