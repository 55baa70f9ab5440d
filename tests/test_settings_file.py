"""The settings file: the same settings as in the environment, each fault told with file and line and what to write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import Ended, environ, run_here

from licence_qr import wording
from licence_qr.config import load_settings
from licence_qr.config.table import FILE, SETTINGS
from licence_qr.config.values import InvalidSettings


@pytest.fixture
def written(tmp_path):
    """Writes a settings file; the environment that names it."""

    def write(text: str | bytes) -> dict[str, str]:
        path = tmp_path / "settings.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return {FILE: str(path)}

    return write


def test_what_the_file_says_counts_and_the_environment_wins(written):
    named = written('port = 8001\nworkers = 3\nlan = false\naddress = "https://ym.example.gov.cn"\n')
    settings = load_settings(named | {"LICENCE_QR_WORKERS": "5"})
    assert (settings.port, settings.workers, settings.lan) == (8001, 5, False)
    assert settings.address == "https://ym.example.gov.cn"


def test_every_setting_can_stand_in_the_file_as_its_example_says(written):
    examples = [f"{setting.key} = {setting.kind.example}" for setting in SETTINGS if setting.name != FILE]
    assert len(examples) > 20
    settings = load_settings(written("\n".join(examples)))
    assert (settings.home, settings.mail.security) == (Path("/var/lib/licence-qr"), "starttls")
    assert settings.trusted_proxies == "127.0.0.1"


def test_a_relative_path_counts_from_the_folder_of_the_file(written, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    settings = load_settings(written('home = "register"\nkeys = "/keys"\npassphrase_file = "../secret"\n'))
    assert (settings.home, settings.keys) == (tmp_path / "register", Path("/keys"))
    assert settings.passphrase_file == tmp_path.parent / "secret"


def test_several_addresses_are_a_list(written):
    assert load_settings(written('trusted_proxies = ["10.0.0.1", "::1"]')).trusted_proxies == "10.0.0.1,::1"


@pytest.mark.parametrize(
    ("text", "code", "line", "told"),
    [
        ("\nprot = 8001\n", "setting_unknown", 2, "port"),
        ("settings = 'x'\n", "setting_unknown", 1, "smtp_host"),
        ("[mail]\nhost = 'x'\n", "setting_unknown", 1, "mail_to"),
        ("# a port\n\nport = '8001'\n", "setting_wrong_type", 3, "port = 8000"),
        ("port = true\n", "setting_wrong_type", 1, "port = 8000"),
        ("lan = 1\n", "setting_wrong_type", 1, "lan = true"),
        ("trusted_proxies = '127.0.0.1'\n", "setting_wrong_type", 1, 'trusted_proxies = ["127.0.0.1"]'),
        ("trusted_proxies = ['a,b']\n", "setting_wrong_type", 1, 'trusted_proxies = ["127.0.0.1"]'),
        ("trusted_proxies = [1]\n", "setting_wrong_type", 1, 'trusted_proxies = ["127.0.0.1"]'),
        ('home = "a\\u0000b"\n', "setting_wrong_type", 1, 'home = "/var/lib/licence-qr"'),
        ("port = 65536\n", "setting_not_a_number", 1, "1 to 65535"),
        ("port = -1\n", "setting_not_a_number", 1, "1 to 65535"),
        ("smtp_security = 'ssl'\n", "setting_not_one_of", 1, "starttls / tls / none"),
        ("mail_to = 'somebody'\n", "setting_mailbox", 1, "window@example.org"),
        ("\n\naddress = 'http://ym.example.gov.cn'\n", "setting_address", 3, "https://host"),
        ("port = 8001\nport = 8002\n", "settings_file_syntax", 2, "port = 8000"),
        ("port\n", "settings_file_syntax", 1, "port = 8000"),
        (b"port = 8001\n# \xff\n", "settings_file_syntax", 2, "UTF-8"),
    ],
)
def test_a_fault_is_told_with_file_and_line_and_what_to_write_in_both_languages(written, text, code, line, told):
    named = written(text)
    with pytest.raises(InvalidSettings) as refused:
        load_settings(named)
    assert refused.value.code == code
    english = str(wording.explain(refused.value, "en"))
    assert f"{named[FILE]}:{line}" in english or f"{named[FILE]}, line {line}" in english
    assert told in english
    assert named[FILE] in str(wording.explain(refused.value, "zh"))


def test_all_faults_are_told_at_once(written):
    with pytest.raises(InvalidSettings) as refused:
        load_settings(written("prot = 1\nport = 0\nhome = 7\n") | {"LICENCE_QR_WORKERS": "0", "LICENCE_QR_POTR": "1"})
    assert sorted(part.code for part in refused.value.parts) == [
        "setting_not_a_number",
        "setting_not_a_number",
        "setting_unknown",
        "setting_unknown",
        "setting_wrong_type",
    ]


def test_a_variable_of_a_name_that_is_no_setting_is_told_with_the_nearest():
    with pytest.raises(InvalidSettings) as refused:
        load_settings({"LICENCE_QR_PROT": "8001", "OTHER": "1"})
    assert (refused.value.code, refused.value.facts["known"]) == ("setting_unknown", "LICENCE_QR_PORT")


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(InvalidSettings) as refused:
        load_settings({FILE: str(tmp_path / "gone.toml")})
    assert refused.value.code == "settings_file_unreadable"
    assert str(refused.value.facts["path"]) == str(tmp_path / "gone.toml")


def test_a_file_without_an_end_is_told_and_not_read_for_ever():
    with pytest.raises(InvalidSettings) as refused:
        load_settings({FILE: "/dev/zero"})
    assert (refused.value.code, refused.value.facts["because"]) == ("settings_file_unreadable", "File too large")


# --- licence-qr settings -----------------------------------------------------------------------------------------


def sources(ended: Ended) -> dict[str, tuple[str | None, str]]:
    assert ended.status == 0, ended.err
    return {each["name"]: (each["value"], each["source"]) for each in json.loads(ended.out)["settings"]}


def test_each_value_is_shown_with_where_it_comes_from(written, tmp_path):
    named = written("\nport = 8001\nworkers = 3\n")
    shown = sources(run_here(environ(tmp_path) | named | {"LICENCE_QR_WORKERS": "4"}, "settings", "--json"))
    assert [*shown] == [setting.name for setting in SETTINGS]
    assert shown["LICENCE_QR_PORT"] == ("8001", f"{named[FILE]}:2")
    assert shown["LICENCE_QR_WORKERS"] == ("4", "environment")
    assert shown["LICENCE_QR_ADDRESS"] == ("http://127.0.0.1:8001", "default")
    assert shown["LICENCE_QR_PASSPHRASE_FILE"] == (str(tmp_path / "var" / "key-passphrase"), "default")
    said = run_here(environ(tmp_path) | named, "settings").out
    told = f"LICENCE_QR_PORT = 8001\n    监听的端口 port to listen on, 1 to 65535\n    来自 from: {named[FILE]}:2\n"
    assert told in said
    assert "默认 default" in said and "环境变量 environment" in said


def test_the_option_names_the_file_for_this_command_alone(written, tmp_path):
    named = written("port = 8001\n")
    shown = sources(run_here(environ(tmp_path), "--settings", named[FILE], "settings", "--json"))
    assert shown["LICENCE_QR_PORT"] == ("8001", f"{named[FILE]}:1")
    assert sources(run_here(environ(tmp_path), "settings", "--json"))["LICENCE_QR_PORT"] == ("8000", "default")


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS if setting.secret])
def test_a_secret_in_the_place_of_its_file_is_never_said(name, tmp_path, written):
    assert name.endswith(("_FILE",))
    key = name.removeprefix("LICENCE_QR_").lower()
    for settings in ({name: "hunter2-the-secret"}, written(f"{key} = 'hunter2-the-secret'")):
        for option in ("--json", None):
            ended = run_here(environ(tmp_path) | settings, "settings", *filter(None, [option]))
            assert ended.status == 0 and "hunter2" not in ended.out + ended.err
    ended = run_here(environ(tmp_path) | written(f"{key} = 470815"), "settings", "--json")
    assert ended.status == 1 and "470815" not in ended.out + ended.err


def test_what_a_secret_file_holds_is_never_said(tmp_path):
    (file := tmp_path / "pin").write_text("470815")
    ended = run_here(environ(tmp_path) | {"LICENCE_QR_PKCS11_PIN_FILE": str(file)}, "settings")
    assert str(file) in ended.out and "470815" not in ended.out


def test_wrong_settings_end_the_command_with_every_fault(tmp_path, written):
    ended = run_here(environ(tmp_path) | written("prot = 1\nport = 0\n"), "settings", "--json")
    assert ended.status == 1
    assert [error["code"] for error in json.loads(ended.out)["errors"]] == ["setting_unknown", "setting_not_a_number"]
