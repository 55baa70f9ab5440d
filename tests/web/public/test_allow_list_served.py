"""What devices are given of compromised keys: nothing while there are none, then the bytes that the root signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from licence_qr.credential.allow_list import verify_allow_list
from licence_qr.key_services import build_ceremony
from licence_qr.store.keys import key_files
from licence_qr.web.app import create_app


def test_the_allow_list_is_served_once_there_is_one(tmp_path, make_services, make_application, clerk):
    now = datetime.now(UTC)
    services = make_services(tmp_path / "installation", at=now)
    client = create_app(services).test_client()
    none = client.get("/allow-list")
    assert (none.status_code, none.data) == (204, b"")

    token = services.issuance.issue(make_application(at=now), clerk, "key", now).code.token
    ceremony, later = build_ceremony(services.settings), now + timedelta(hours=1)
    key = ceremony.find(services.keys.signing_key(now).kid.hex())
    ceremony.compromise(key, later, later)
    answer = client.get("/allow-list")
    root = key_files.read_root_public_key(services.settings.keys)
    assert verify_allow_list(answer.data, root).allows(key.kid, token)
    assert client.get("/allow-list", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    services.database.close()
