"""Settings: read once, wrong ones named, and each described in docs/running/settings.md."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr import wording
from licence_qr.config import check_served, load_settings
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
        "https://ym.example.gov.cn:0",
        "https://ym.example.gov.cn:",
        "https://ym example.gov.cn",
        "https://ym_example.gov.cn",
        "https://-ym.example.gov.cn",
        "https://ym..example.gov.cn",
        "https://一码通行.cn",
        "https://10.0.0.256",
        "https://*",
        f"https://{'a' * 64}.cn",
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


def refusal(**environ):
    with pytest.raises(ConfigError) as refused:
        load_settings(environ)
    error = refused.value
    assert error.facts["name"] == next(iter(environ)) and error.facts["found"] == next(iter(environ.values()))
    for language in wording.LANGUAGES:  # which setting, which value, and what to write
        words = wording.explain(error, language)
        assert error.facts["name"] in words.what and str(error.facts["found"]) in words.what and words.todo
    return error.code, error.facts.get("wrong")


@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0", "::", "::1", "fe80::1"])  # noqa: S104 - nothing listens
def test_an_address_to_listen_on_is_an_ip_address(bind):
    assert load_settings({"LICENCE_QR_BIND": bind}).bind == bind


@pytest.mark.parametrize("bind", ["", "localhost", "*", "[::]", "127.0.0.1:8000", "10.0.0.256", "10.0.0.0/8", "eth0"])
def test_any_other_is_refused_and_named(bind):
    assert refusal(LICENCE_QR_BIND=bind) == ("setting_bind", None)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("", ""),
        (" ", ""),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1, ::1", "127.0.0.1,::1"),
        ("10.1.2.0/24,2001:DB8::/48", "10.1.2.0/24,2001:db8::/48"),
        ("10.1.2.3/32", "10.1.2.3"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("::ffff:10.1.2.0/120", "10.1.2.0/24"),
        ("10.0.0.0/8,fd00::/8", "10.0.0.0/8,fd00::/8"),
    ],
)
def test_proxies_are_addresses_and_networks(typed, understood):
    assert load_settings({"LICENCE_QR_TRUSTED_PROXIES": typed}).trusted_proxies == understood


@pytest.mark.parametrize(
    ("typed", "code", "wrong"),
    [
        ("nonsense", "setting_proxies", "nonsense"),
        ("127.0.0.1/33", "setting_proxies", "127.0.0.1/33"),
        ("*", "setting_proxies", "*"),
        ("127.0.0.1,*", "setting_proxies", "*"),
        ("127.0.0.1,", "setting_proxies", ""),
        ("10.1.2.3/24", "setting_proxies", "10.1.2.3/24"),
        ("127.0.0.1 ::1", "setting_proxies", "127.0.0.1 ::1"),
        ("127.0.0.1:80", "setting_proxies", "127.0.0.1:80"),
        ("proxy.example.gov.cn", "setting_proxies", "proxy.example.gov.cn"),
        ("0.0.0.0/0", "setting_proxies_everybody", "0.0.0.0/0"),
        ("127.0.0.1,::/0", "setting_proxies_everybody", "::/0"),
        ("::ffff:0:0/96", "setting_proxies_everybody", "::ffff:0:0/96"),
        ("0.0.0.0/1,128.0.0.0/1", "setting_proxies_everybody", "0.0.0.0/1"),
        ("10.0.0.1,128.0.0.0/2", "setting_proxies_everybody", "128.0.0.0/2"),
        ("::ffff:128.0.0.0/97", "setting_proxies_everybody", "::ffff:128.0.0.0/97"),
        ("2000::/3", "setting_proxies_everybody", "2000::/3"),
    ],
)
def test_any_other_proxy_is_refused_and_named(typed, code, wrong):
    assert refusal(LICENCE_QR_TRUSTED_PROXIES=typed) == (code, wrong)


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40))
def test_no_text_at_all_names_everybody_as_a_proxy(text):
    try:
        understood = load_settings({"LICENCE_QR_TRUSTED_PROXIES": text}).trusted_proxies
    except ConfigError:
        return
    assert all(8 <= ip_network(each).prefixlen for each in understood.split(",") if each)


@pytest.mark.parametrize("host", ["https://mail.example.cn", "mail example", "mail.example.cn:25", "-"])
def test_a_mail_server_is_a_host(host):
    assert refusal(LICENCE_QR_SMTP_HOST=host) == ("setting_host", None)
    assert load_settings({"LICENCE_QR_SMTP_HOST": "Mail.example.cn"}).mail.host == "Mail.example.cn"


def test_an_https_address_is_served_behind_a_named_proxy_or_with_a_certificate_and_not_otherwise():
    https = {"LICENCE_QR_ADDRESS": "https://ym.example.gov.cn"}
    with pytest.raises(ConfigError) as refused:
        check_served(load_settings(https))
    assert refused.value.code == "https_without_tls"
    for language in wording.LANGUAGES:
        words = str(wording.explain(refused.value, language))
        assert "https://ym.example.gov.cn" in words and "LICENCE_QR_TRUSTED_PROXIES=127.0.0.1" in words
    check_served(load_settings(https | {"LICENCE_QR_TRUSTED_PROXIES": "127.0.0.1"}))
    check_served(load_settings(https | {"LICENCE_QR_LAN": "1"}))
    check_served(load_settings({}))


IDENTITY_SERVICE = {
    "LICENCE_QR_OIDC_ISSUER": "https://sso.example.gov.cn/realms/staff",
    "LICENCE_QR_OIDC_CLIENT_ID": "licence-qr",
    "LICENCE_QR_OIDC_STAFF_CLAIM": "employee_number",
}


def test_an_identity_service_is_named_whole_or_not_at_all():
    assert load_settings({}).identity_service is None
    found = load_settings(IDENTITY_SERVICE | {"LICENCE_QR_OIDC_AMR_VALUES": "mfa, otp"}).identity_service
    assert found and (found.issuer, found.staff_claim) == ("https://sso.example.gov.cn/realms/staff", "employee_number")
    assert (found.acr_values, found.amr_values) == (frozenset(), {"mfa", "otp"})
    for needed in ("LICENCE_QR_OIDC_CLIENT_ID", "LICENCE_QR_OIDC_STAFF_CLAIM"):
        with pytest.raises(ConfigError, match="setting_needed_too") as refused:
            load_settings({name: value for name, value in IDENTITY_SERVICE.items() if name != needed})
        assert refused.value.facts["needed"] == needed


@pytest.mark.parametrize(
    "issuer",
    ["http://localhost:9000", "sso.example.gov.cn", "https://", "https://a b/", "https://x@sso.example.gov.cn",
     "https://sso.example.gov.cn/?x=1", "https://sso.example.gov.cn/#x", "https://sso.example.gov.cn:99999", "https://[::1"],
)  # fmt: skip
def test_any_other_issuer_is_refused_and_named(issuer):
    with pytest.raises(ConfigError, match="setting_issuer"):
        load_settings(IDENTITY_SERVICE | {"LICENCE_QR_OIDC_ISSUER": issuer})


@pytest.mark.parametrize("claim", ["email", "name", "preferred_username", "phone_number", "nonce", "iss"])
def test_a_claim_that_people_can_change_themselves_names_nobody(claim):
    with pytest.raises(ConfigError, match="setting_staff_claim"):
        load_settings(IDENTITY_SERVICE | {"LICENCE_QR_OIDC_STAFF_CLAIM": claim})


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
    # No settings: how systemd, and a server that is being replaced, hand over the socket; and who called sudo.
    told_there = {ROOT / "licence_qr" / "front" / "supervisor.py", ROOT / "licence_qr" / "process" / "system_user.py"}
    for path in (ROOT / "licence_qr").rglob("*.py"):
        if path.parent != ROOT / "licence_qr" / "config" and path not in told_there:
            assert not re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("setting", [each for each in SETTINGS if each.name != FILE], ids=lambda setting: setting.name)
def test_a_value_with_a_control_character_is_refused_and_not_shown(setting):
    for character in "\r\n\t\x1b\x85":
        with pytest.raises(ConfigError) as refused:
            load_settings({setting.name: setting.kind.example.strip('"[]') + character})
        assert (refused.value.code, refused.value.facts) == ("setting_control_character", {"name": setting.name})


@pytest.mark.parametrize("path", ["~/register", "~", "~clerk/register", "/srv/register ", " /srv/register"])
def test_a_path_that_a_shell_would_have_changed_is_refused(path):
    for name in ("LICENCE_QR_HOME", "LICENCE_QR_KEYS", "LICENCE_QR_PASSPHRASE_FILE"):
        with pytest.raises(ConfigError) as refused:
            load_settings({name: path})
        assert (refused.value.code, refused.value.facts) == ("setting_path", {"name": name, "found": path})
    assert load_settings({"LICENCE_QR_HOME": "/srv/~register/登记 库"}).home == Path("/srv/~register/登记 库")
