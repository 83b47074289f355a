"""A real PostgreSQL as a child process, for tests: `scripts/postgres`."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

_SCRIPT = Path(__file__).parents[1] / "scripts/postgres"


@contextmanager
def running_postgres() -> Iterator[str]:
    """An empty database; its URL. Skips the test when `VOICEBOT_TEST_POSTGRES=0`."""
    if os.environ.get("VOICEBOT_TEST_POSTGRES", "1") == "0":
        pytest.skip("VOICEBOT_TEST_POSTGRES=0: the tests against a real PostgreSQL are left out")
    process = subprocess.Popen(
        [str(_SCRIPT), "--watch-stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.startswith("postgres ready on "):
            pytest.fail("scripts/postgres did not start a server; its last words are above")
        yield line.split()[-1]
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


@contextmanager
def own_schema(url: str) -> Iterator[str]:
    """A URL of the same database that shows nothing but what is made through it; all of it is deleted afterwards."""
    name = f"t{secrets.token_hex(6)}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        yield f"{url}?options=-csearch_path%3D{name}"
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
    finally:
        engine.dispose()
