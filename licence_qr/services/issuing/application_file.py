"""An application as a TOML file: the fields of the form, in named sections (docs/using/application-file.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.register.field_names import ANSWER_PREFIX
from licence_qr.errors import InputError, InvalidApplication, UnreadableError
from licence_qr.located_toml import LocatedToml, TomlFault, read_toml

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a key may contain: Python types, their name in both languages, an example."""

    types: tuple[type, ...]
    words: Text
    example: str


_TEXT = _Kind((str,), Text("带引号的文字", "text in quotes"), '"…"')
_NUMBER = _Kind((int, str), Text("整数", "a whole number"), "320")
_DAY = _Kind((date, str), Text("日期", "a date"), "2026-11-23")
_LIST = _Kind((list, str), Text("文字列表", "a list of texts"), '["hotel"]')
_YES_NO = _Kind((bool,), Text("true 或 false", "true or false"), "true")
_TABLE = _Kind((dict,), Text("一个小节", "a section"), "…")

# Section and key of the file, and the field of the form. Answers are a separate section.
_SCHEMA: Mapping[str, Mapping[str, tuple[str, _Kind]]] = {
    "application": {
        "office": ("office", _TEXT),
        "trade": ("trade", _TEXT),
        "kinds": ("kinds", _LIST),
        "area_m2": ("area_m2", _NUMBER),
        "mode": ("mode", _TEXT),
        "contact_phone": ("contact_phone", _TEXT),
    },
    "entity": {
        "form": ("entity_form", _TEXT),
        "uscc": ("uscc", _TEXT),
        "name": ("name", _TEXT),
        "entity_type": ("entity_type", _TEXT),
        "principal": ("principal", _TEXT),
        "registered_capital": ("registered_capital", _TEXT),
        "established_on": ("established_on", _DAY),
        "term_to": ("term_to", _DAY),
        "domicile": ("domicile", _TEXT),
        "business_scope": ("business_scope", _TEXT),
    },
    "premises": {
        "address": ("premises_address", _TEXT),
        "region": ("premises_region", _TEXT),
        "permitted_items": ("permitted_items", _TEXT),
    },
    "parties": {
        "principal_id_number": ("principal_id_number", _TEXT),
        "agent_name": ("agent_name", _TEXT),
        "agent_id_number": ("agent_id_number", _TEXT),
        "agent_authority": ("agent_authority", _TEXT),
        "agent_authority_until": ("agent_authority_until", _DAY),
    },
    "commitment": {
        "notice_id": ("notice_id", _TEXT),
        "notice_version": ("notice_version", _TEXT),
        "notice_sha256": ("notice_sha256", _TEXT),
        "signer": ("signer", _TEXT),
        "signed_on": ("signed_on", _DAY),
    },
}
_ANSWERS = "answers"


def read_application_file(path: Path) -> bytes:
    """Read the file, at most one byte more than the limit, in case it has no end.

    Raises UnreadableError ``application_file_missing`` when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError("application_file_missing", file=path.name, reason=error.strerror or "") from None


def fields_from_toml(data: bytes, name: str) -> dict[str, str]:
    """The fields of the form as text, from the file ``name`` with the bytes ``data``.

    ``office`` is included if the file names one: it is the office that takes the application, and not a field of the
    form. Only the structure is checked here; ``domain.issuing.form.parse_application`` checks the values. A byte order
    mark is accepted. Raises UnreadableError ``application_file_too_large`` (beyond 1 MB), ``application_file_encoding``
    or ``application_file_syntax``, and InvalidApplication with every ``application_file_key_unknown`` and
    ``application_file_value_type``; all name the file, and all but the first the line.
    """
    document = _read(data, name)
    reader = _ApplicationReader(document, name, {}, [])
    for section, content in document.values.items():
        if section != _ANSWERS and section not in _SCHEMA:
            reader.unknown((section,), [*_SCHEMA, _ANSWERS])
        elif reader.has_type((section,), content, _TABLE):
            reader.read_section(section, content)
    if reader.problems:
        raise InvalidApplication(reader.problems)
    return reader.fields


def _read(data: bytes, name: str) -> LocatedToml:
    if len(data) > MAX_BYTES:
        raise UnreadableError("application_file_too_large", file=name, limit_kb=MAX_BYTES // 1000)
    try:
        return read_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        guess = _guess_encoding(data)
        line = data.count(b"\n", 0, error.start) + 1
        facts = {
            "guess_zh": f"（像是 {guess}）" if guess else "",
            "guess_en": f" (it looks like {guess})" if guess else "",
        }
        raise UnreadableError("application_file_encoding", file=name, line=line, **facts) from None
    except TomlFault as fault:
        raise UnreadableError("application_file_syntax", file=name, line=fault.line, detail=fault.detail) from None


def _guess_encoding(data: bytes) -> str:
    """The likely encoding of a file that is not UTF-8, only for the message."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GB18030"


@dataclass(frozen=True, slots=True)
class _ApplicationReader:
    document: LocatedToml
    name: str
    fields: dict[str, str]
    problems: list[InputError]

    def read_section(self, section: str, content: Mapping[str, Any]) -> None:
        for key, value in content.items():
            if section == _ANSWERS:
                if self.has_type((section, key), value, _YES_NO):
                    self.fields[ANSWER_PREFIX + key] = "yes" if value else "no"
            elif key not in _SCHEMA[section]:
                self.unknown((section, key), list(_SCHEMA[section]))
            else:
                field, kind = _SCHEMA[section][key]
                if self.has_type((section, key), value, kind):
                    self.fields[field] = _as_text(value)

    def has_type(self, path: tuple[str, ...], value: object, kind: _Kind) -> bool:
        right = isinstance(value, kind.types) and not isinstance(value, datetime)
        if isinstance(value, bool) and bool not in kind.types:
            right = False
        if isinstance(value, list) and not all(isinstance(part, str) for part in value):
            right = False
        if not right:
            facts = {"expected_zh": kind.words.zh, "expected_en": kind.words.en, "example": kind.example}
            self._refuse("application_file_value_type", path, **facts)
        return right

    def unknown(self, path: tuple[str, ...], known: list[str]) -> None:
        self._refuse("application_file_key_unknown", path, known=", ".join(known))

    def _refuse(self, code: str, path: tuple[str, ...], **facts: str) -> None:
        key, line = path[-1][:60], self.document.line(path)
        field = _SCHEMA.get(path[0], {}).get(path[-1], (".".join(path)[:120],))[0]
        self.problems.append(InputError(code, field=field, file=self.name, line=line, key=key, **facts))


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)
