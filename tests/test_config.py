"""Settings: read once, wrong ones named, and each described in docs/running/settings.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from licence_qr.config import load_settings
from licence_qr.config.table import FILE, SETTINGS
from licence_qr.errors import ConfigError

ROOT = Path(__file__).parents[1]


def test_nothing_has_to_be_set():
    settings = load_settings({})
    assert (settings.bind, settings.port, settings.workers) == ("127.0.0.1", 8000, 2)
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.home == Path("var").resolve()
    assert settings.keys == Path("keys").resolve()
    assert settings.register_path == settings.home / "register.db"
    assert settings.passphrase_file == settings.home / "key-passphrase"


def test_the_address_follows_the_port_unless_it_is_set():
    assert load_settings({"LICENCE_QR_PORT": "8001"}).address == "http://127.0.0.1:8001"
    settings = load_settings({"LICENCE_QR_PORT": "8001", "LICENCE_QR_ADDRESS": "https://ym.example.gov.cn/"})
    assert (settings.address, settings.host) == ("https://ym.example.gov.cn", "ym.example.gov.cn")


@pytest.mark.parametrize(
    "address",
    ["https://ym.example.gov.cn", "https://ym.example.gov.cn:8443", "http://localhost:8000", "http://[::1]:8000"],
)
def test_an_address_is_an_origin(address):
    assert load_settings({"LICENCE_QR_ADDRESS": address}).address == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ym.example.gov.cn",
        "http://ym.example.gov.cn",
        "https://YM.example.gov.cn",
        "https://ym.example.gov.cn/path",
        "https://ym.example.gov.cn?x=1",
        "https://user:secret@ym.example.gov.cn",
        "https://ym.example.gov.cn:99999",
        "https://[::1",
        "ftp://ym.example.gov.cn",
        "https://",
    ],
)
def test_any_other_address_is_refused_and_named(address):
    with pytest.raises(ConfigError) as refused:
        load_settings({"LICENCE_QR_ADDRESS": address})
    assert (refused.value.code, refused.value.facts["name"]) == ("setting_address", "LICENCE_QR_ADDRESS")


@pytest.mark.parametrize("name", ["LICENCE_QR_PORT", "LICENCE_QR_WORKERS"])
@pytest.mark.parametrize("value", ["", "0", "-1", "65536", "eight", "８０", "8.0", " 80", "1_0"])
def test_a_number_out_of_range_is_refused_and_named(name, value):
    with pytest.raises(ConfigError) as refused:
        load_settings({name: value})
    assert (refused.value.code, refused.value.facts["name"]) == ("setting_not_a_number", name)


def test_the_document_says_of_every_setting_what_the_table_says():
    text = (ROOT / "docs" / "running" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(LICENCE_QR_[A-Z0-9_]+)` \| `(\w+)` \| (.+) \| (.+) \|$", text, re.MULTILINE)
    assert [row[0] for row in rows] == [setting.name for setting in SETTINGS]
    for (name, key, meaning, default), setting in zip(rows, SETTINGS, strict=True):
        assert (key, default) == (setting.key, setting.default_words), name
        assert meaning == setting.meaning.en or meaning.startswith(f"{setting.meaning.en}; "), name


def test_every_setting_of_the_table_is_read_and_no_other():
    source = (ROOT / "licence_qr" / "config" / "__init__.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(LICENCE_QR_[A-Z0-9_]+)"', source)) == {setting.name for setting in SETTINGS} - {FILE}


def test_no_other_module_reads_the_environment():
    # No settings: how systemd, and a server that is being replaced, hand over the socket.
    told_there = ROOT / "licence_qr" / "front" / "supervisor.py"
    for path in (ROOT / "licence_qr").rglob("*.py"):
        if path.parent != ROOT / "licence_qr" / "config" and path != told_there:
            assert not re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8")), path
