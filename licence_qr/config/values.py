"""The value of each setting, as text, and where it comes from: the environment, else the settings file, else its default."""

from __future__ import annotations

import difflib
import errno
import os
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from licence_qr.config.kinds import HOME_FOLDER, FilePath
from licence_qr.config.table import BY_NAME, FILE, PREFIX, SETTINGS, Setting
from licence_qr.errors import ConfigError, LicenceQRError
from licence_qr.located_toml import LocatedToml, TomlFault, read_toml

_MOST_BYTES = 1024 * 1024  # of the settings file: a device has no end


class InvalidSettings(ConfigError):
    """One or more settings are wrong. ``code`` and ``facts`` are those of the first."""

    def __init__(self, faults: list[ConfigError]) -> None:
        self.faults = tuple(faults)
        super().__init__(faults[0].code, **faults[0].facts)

    @property
    def parts(self) -> tuple[LicenceQRError, ...]:
        """The faults."""
        return self.faults


@dataclass(frozen=True, slots=True)
class _Written:
    """The text of a value, what a message calls its setting, and the line of the file; None in the environment."""

    text: str
    called: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Values:
    """What was set. ``file`` is the settings file, ``credentials`` the folder in which systemd hands secrets to a service
    (systemd.exec(5), LoadCredential=); None where there is none."""

    file: Path | None
    written: Mapping[str, _Written]
    credentials: Path | None = None

    def text(self, name: str) -> str:
        """The value of a setting. Raises ConfigError where its default cannot be made."""
        if name in self.written:
            return self.written[name].text
        if credential := self.credential(name):
            return str(credential)
        default = BY_NAME[name].default
        return default if isinstance(default, str) else default(self.text)

    def credential(self, name: str) -> Path | None:
        """The file that systemd hands over for a setting that was not written; None where there is none."""
        handed = BY_NAME[name].credential
        if not handed or self.credentials is None or name in self.written:
            return None
        path = self.credentials / handed
        return path if path.is_file() else None

    def is_set(self, name: str) -> bool:
        """Whether the value was written anywhere."""
        return name in self.written

    def line(self, name: str) -> int | None:
        """The line of the settings file where the value stands; None where it stands elsewhere."""
        return self.written[name].line if name in self.written else None

    @contextmanager
    def located(self) -> Iterator[None]:
        """Let a ConfigError about a setting (fact ``name``) say where in the file it stands."""
        try:
            yield
        except ConfigError as error:
            name = error.facts.get("name")
            if isinstance(name, str) and name in self.written:
                error.facts["name"] = self.written[name].called
            raise


def read_values(environ: Mapping[str, str]) -> Values:
    """Read the settings file, where one is named, and the environment, and check every value that is set.

    Raises InvalidSettings, with all that is wrong: ``settings_file_unreadable``, ``settings_file_syntax``,
    ``setting_unknown``, ``setting_wrong_type``, and what the kinds of settings raise.
    """
    faults: list[ConfigError] = []
    file = Path(environ[FILE]).resolve() if environ.get(FILE) else None
    written = {} if file is None else _from_file(file, faults)
    for name, text in environ.items():
        if name in BY_NAME:
            written[name] = _Written(text, name, None)
        elif name.startswith(PREFIX):
            faults.append(_unknown(name, name, list(BY_NAME)))
    for name, value in written.items():
        try:
            _demand_visible(value)
            BY_NAME[name].kind.check(value.called, value.text)
        except ConfigError as fault:
            faults.append(fault)
    if faults:
        raise InvalidSettings(faults)
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    return Values(file, written, Path(credentials) if credentials else None)


def _from_file(file: Path, faults: list[ConfigError]) -> dict[str, _Written]:
    document = _read(file, faults)
    if document is None:
        return {}
    known = {setting.key: setting for setting in SETTINGS if setting.name != FILE}
    written = {}
    for key, value in document.values.items():
        line = document.line((key,))
        called = f"{key} ({file}:{line})"
        setting = known.get(key)
        if setting is None:
            faults.append(_unknown(called, key, list(known)))
        elif (text := setting.kind.from_toml(value)) is None:
            # The value is not told: a PIN may stand where the name of its file should.
            faults.append(_wrong_type(called, setting))
        else:
            written[setting.name] = _Written(_placed(setting, text, file), called, line)
    return written


def _read(file: Path, faults: list[ConfigError]) -> LocatedToml | None:
    wrong = partial(ConfigError, "settings_file_syntax", path=file)
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    except OSError as error:
        faults.append(ConfigError("settings_file_unreadable", path=file, because=error.strerror or error))
        return None
    try:
        return read_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        faults.append(wrong(line=data.count(b"\n", 0, error.start) + 1, detail="not UTF-8"))
    except TomlFault as fault:
        faults.append(wrong(line=fault.line, detail=fault.detail))
    return None


def _demand_visible(value: _Written) -> None:
    """Raise ConfigError ``setting_control_character``. The value is not told, as a terminal would obey it."""
    if any(unicodedata.category(character) == "Cc" for character in value.text):
        raise ConfigError("setting_control_character", name=value.called)


def _placed(setting: Setting, text: str, file: Path) -> str:
    """A path that is relative in the file, from the folder of the file."""
    relative = bool(text) and isinstance(setting.kind, FilePath) and not text.startswith(HOME_FOLDER)
    return str(file.parent / text) if relative else text


def _wrong_type(called: str, setting: Setting) -> ConfigError:
    wanted, example = setting.kind.words, f"{setting.key} = {setting.kind.example}"
    return ConfigError("setting_wrong_type", name=called, wanted_zh=wanted.zh, wanted_en=wanted.en, example=example)


def _unknown(called: str, name: str, known: list[str]) -> ConfigError:
    near = difflib.get_close_matches(name, known, n=1) or known
    return ConfigError("setting_unknown", name=called, known=" / ".join(near))
