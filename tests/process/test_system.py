"""A register is kept on Linux; elsewhere the program says so before it touches anything, and verifying goes on."""

from __future__ import annotations

import platform

import pytest

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.errors import ConfigError
from licence_qr.key_services import build_verification
from licence_qr.preparation import prepare
from licence_qr.wording import explain


@pytest.mark.parametrize(("system", "told"), [("Darwin", "macOS"), ("Windows", "Windows")])
def test_elsewhere_the_program_says_that_it_needs_linux(tmp_path, now, monkeypatch, system, told):
    settings = load_settings({"LICENCE_QR_HOME": str(tmp_path / "var"), "LICENCE_QR_KEYS": str(tmp_path / "keys")})
    monkeypatch.setattr(platform, "system", lambda: system)
    for start in (lambda: build(settings), lambda: prepare(settings, now, demonstration=True)):
        with pytest.raises(ConfigError) as refused:
            start()
        assert refused.value.code == "system_not_supported"
        assert all(told in str(explain(refused.value, language)) for language in ("zh", "en"))
    assert not list(tmp_path.iterdir())


def test_verifying_needs_no_linux(services, monkeypatch):
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    assert build_verification(services.settings).catalogue.permit_types
