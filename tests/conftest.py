"""What several folders' tests use: databases, and what is made of the models once for a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import own_schema, running_postgres
from prepared import learn_shipped, made_once, with_models

from voicebot.records.database import url_for


@pytest.fixture(scope="session")
def prepared_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where tests keep what is made of model files and learned from flows: made once, for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    return made_once(run / "prepared", learn_shipped)


@pytest.fixture
def prepared_data(tmp_path: Path, prepared_models: Path) -> Path:
    """A data directory with nothing in it but that."""
    return with_models(tmp_path / "data", prepared_models)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running PostgreSQL."""
    with running_postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database."""
    with own_schema(postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.e2e)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database: once SQLite, once PostgreSQL."""
    return url_for(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")
