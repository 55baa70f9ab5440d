"""What the program says of an installation in which something has gone wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from program import Ended, environ, run_here

from licence_qr import wording
from licence_qr.bootstrap import build
from licence_qr.config import load_settings

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
