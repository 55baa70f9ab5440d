"""An installation in which something has gone wrong, and what the program says of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from program import Ended, environ, run_here

from licence_qr import wording
from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.store.database.connections import Database
from licence_qr.store.database.sqlite import sqlite3

ADDRESS = "https://ym.example.gov.cn"
APPLICATION = Path(__file__).parents[2] / "docs" / "examples" / "company.toml"


def settings_of(folder: Path) -> dict[str, str]:
    """The environment of the installation in ``folder``."""
    return environ(folder) | {"LICENCE_QR_ADDRESS": ADDRESS, "LICENCE_QR_TRUSTED_PROXIES": "127.0.0.1"}


def says(code: str, text: str) -> bool:
    """Whether a text has the code, and its sentences in both languages, up to the first fact that they name."""
    entry = wording.sentences()[code]
    return f"[{code}]" in text and all(entry[language].partition("{")[0] in text for language in wording.LANGUAGES)


def issued(folder: Path, **settings: str) -> Ended:
    """How issuing the example ends in the installation of ``folder``."""
    return run_here(settings_of(folder) | settings, "issue", APPLICATION)


def reasons(folder: Path, at: datetime | None = None, **settings: str) -> dict[str, str]:
    """What /readyz finds: code → sentence in both languages. Looked at by a program that was just started."""
    services = build(load_settings(settings_of(folder) | settings))
    found = services.watching.look(at or datetime.now(UTC)).reasons
    services.database.close()
    return {each.code: f"{wording.explain(each, 'zh')} {wording.explain(each, 'en')}" for each in found}


def tamper(database: Database, *statements: str, values: Sequence[object] = ()) -> None:
    """Do what somebody does who writes to the register by hand and gets round its rules: run the statements without checks,
    foreign keys and triggers, which are put back. ``values`` are those of the last statement."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as register:
        register.execute("PRAGMA ignore_check_constraints = ON")
        register.execute("BEGIN IMMEDIATE")
        triggers = register.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            register.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            register.execute(statement, values if statement == statements[-1] else ())
        for _, text in triggers:
            register.execute(text)
        register.execute("COMMIT")
