"""A real server signs at its start what was committed before the last end and not signed yet, unless the clock was set
back since, which it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licence_qr.errors import KeyStoreError
from licence_qr.store.signing import unsigned_codes


def test_what_waits_for_a_signature_gets_it_when_the_service_starts(
    start, tmp_path, make_services, make_application, clerk, now
):
    """As if the power had gone between the commit of the act and its signature."""
    services = make_services(tmp_path / "installation")

    def gone(now):
        raise KeyStoreError("no_signing_key", day=now.date(), purpose="licence")

    coding = replace(services.coding, signer=replace(services.coding.signer, signing_key=gone))
    with pytest.raises(KeyStoreError, match="code_being_signed"):
        replace(services.issuance, coding=coding).issue(make_application(), clerk, "key", now)

    def waiting() -> int:
        with services.database.read() as tx:
            return len(unsigned_codes.everything(tx))

    assert waiting() == 1
    start().wait_until_answered()
    assert waiting() == 0
    assert services.issuance.issue(make_application(), clerk, "key", now).repeated
    services.database.close()


def test_a_clock_that_was_set_back_is_told_when_the_service_starts(
    start, tmp_path, make_services, make_application, clerk
):
    services = make_services(tmp_path / "installation")
    services.issuance.issue(make_application(), clerk, "key", datetime.now(UTC) + timedelta(days=1))
    services.database.close()
    server = start()
    server.wait_until_answered()
    assert "the clock has been set back" in server.err.read_text(encoding="utf-8")
