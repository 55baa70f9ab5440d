"""What each setting is and where it comes from, for people to read: no secret is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from licence_qr.config.kinds import FilePath
from licence_qr.config.table import SETTINGS, Setting
from licence_qr.config.values import Values


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """``value`` is None where it is hidden; ``source`` is ``default``, ``credential``, ``environment``, or file and line."""

    setting: Setting
    value: str | None
    source: str


def shown_settings(values: Values) -> list[ShownSetting]:
    """Every setting in the order of the table. Raises ConfigError where a default cannot be made."""
    return [ShownSetting(each, _visible(each, values), _source(each, values)) for each in SETTINGS]


def _visible(setting: Setting, values: Values) -> str | None:
    """The value; None for a secret written where the name of its file belongs, which names no file."""
    text = values.text(setting.name)
    if isinstance(setting.kind, FilePath) and text:
        if setting.secret and values.is_set(setting.name) and not Path(text).is_file():
            return None
        return str(Path(text).resolve())
    return text


def _source(setting: Setting, values: Values) -> str:
    if not values.is_set(setting.name):
        return "credential" if values.credential(setting.name) else "default"
    line = values.line(setting.name)
    return "environment" if line is None else f"{values.file}:{line}"
