"""Programs that run with the standard library's SQLite, as on a machine for which pysqlite3 has no wheel."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from licence_qr.store.database.sqlite import journal_pragmas

WITHOUT_PYSQLITE3 = "import sys; sys.modules['pysqlite3'] = None\n"
# Where Python itself has a current SQLite there is no older one to try: 3.40 is Debian 12's.
older_sqlite = pytest.mark.skipif(
    journal_pragmas(sqlite3.sqlite_version_info)[0] == "WAL", reason="the standard library's SQLite may use WAL too"
)


def started(program: str, *arguments: object, before: str = WITHOUT_PYSQLITE3) -> subprocess.Popen[str]:
    """``program`` in a process of its own, with pipes to speak to it line by line."""
    command = [sys.executable, "-c", before + program, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(program: str, *arguments: object, before: str = WITHOUT_PYSQLITE3) -> list[str]:
    """The lines that ``program`` writes until it ends well."""
    process = started(program, *arguments, before=before)
    answer, _ = process.communicate()
    assert process.returncode == 0
    return answer.splitlines()
