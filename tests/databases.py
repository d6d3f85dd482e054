"""Databases for tests: an SQLite file, and a PostgreSQL server of their own where one is installed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa


def find_postgres() -> Path | None:
    found = shutil.which("pg_ctl")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return Path(found).parent if found else places[-1].parent if places else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The folder of the socket of a PostgreSQL server of its own, reachable from nowhere else."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    programs = find_postgres()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    folder = Path(tempfile.mkdtemp(prefix="kbpg-", dir="/tmp"))  # a socket's path may have 107 characters
    run: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": folder}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        run |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    data, ctl = folder / "data", programs / "pg_ctl"
    flags = ["-U", "lotse", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.check_call([programs / "initdb", "-D", data, *flags], **run)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c timezone=Asia/Kolkata"
    subprocess.check_call([ctl, "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], **run)
    try:
        yield str(folder)
    finally:
        subprocess.check_call([ctl, "-D", data, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def new_url(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex}"
    if kind == "sqlite":
        yield f"sqlite:///{folder}/{name}.sqlite3"
        return
    socket = request.getfixturevalue("postgres")
    admin = sa.create_engine(f"postgresql+psycopg://lotse@/postgres?host={socket}", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    admin.dispose()
    yield f"postgresql+psycopg://lotse@/{name}?host={socket}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with new_url(request.param, tmp_path, request) as made:
        yield made
