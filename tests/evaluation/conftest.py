"""Material for the tests of the evaluation."""

import pytest

from tests.evaluation.material import Project, write_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return write_project(tmp_path_factory.mktemp("project"))
