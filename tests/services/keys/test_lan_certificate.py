"""The certificate made on the spot is what a browser asks for, and a phone reads the QR that leads to it."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from cryptography import x509
from PIL import Image

from licence_qr.config import load_settings
from licence_qr.services.keys.lan_certificate import VALID_FOR, lan_certificate
from licence_qr.services.keys.lan_invitation import picture, terminal_lines

HOSTS = ("192.168.7.8", "localhost", "127.0.0.1")
ADDRESS = "https://192.168.7.8:8000/verify"


def greeted(certificate: Path, key: Path, name: str) -> str:
    """The version of TLS that a client settles with a server of this certificate, which it trusts and calls ``name``."""
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    here.load_cert_chain(certificate, key)
    there = ssl.create_default_context(cafile=str(certificate))
    left, right = socket.socketpair()

    def serve() -> None:
        try:
            here.wrap_socket(left, server_side=True).close()
        except OSError:
            left.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with there.wrap_socket(right, server_hostname=name) as client:
            return client.version() or ""
    finally:
        right.close()
        thread.join()


@pytest.mark.parametrize("name", HOSTS)
def test_a_client_that_trusts_it_is_served_under_each_name(tmp_path, name):
    files = lan_certificate(tmp_path, HOSTS, datetime.now(UTC))
    assert greeted(*files, name) == "TLSv1.3"


def test_under_any_other_name_it_is_refused(tmp_path):
    files = lan_certificate(tmp_path, HOSTS, datetime.now(UTC))
    with pytest.raises(ssl.SSLCertVerificationError):
        greeted(*files, "192.168.7.9")


def test_the_key_is_for_its_owner_alone(tmp_path, now):
    _, key = lan_certificate(tmp_path, HOSTS, now)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_it_can_certify_nobody_else(tmp_path, now):
    certificate, _ = lan_certificate(tmp_path, HOSTS, now)
    held = x509.load_pem_x509_certificate(certificate.read_bytes())
    limits = held.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert len(limits.value.permitted_subtrees) == len(HOSTS)
    assert held.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_one_that_still_serves_is_kept_and_any_other_is_made_anew(tmp_path, now):
    certificate, _ = lan_certificate(tmp_path, HOSTS, now)
    first = certificate.read_bytes()
    lan_certificate(tmp_path, HOSTS, now + timedelta(days=30))
    assert certificate.read_bytes() == first
    lan_certificate(tmp_path, ("192.168.7.9", *HOSTS[1:]), now)
    moved = certificate.read_bytes()
    assert moved != first
    lan_certificate(tmp_path, ("192.168.7.9", *HOSTS[1:]), now + VALID_FOR)
    assert certificate.read_bytes() != moved
    certificate.write_text("not a certificate")
    lan_certificate(tmp_path, HOSTS, now)
    assert certificate.read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_the_picture_and_the_characters_lead_to_the_same_page(tmp_path):
    (found,) = zxingcpp.read_barcodes(Image.open(picture(tmp_path, ADDRESS)))
    assert found.text == ADDRESS
    rows = []
    for line in terminal_lines(ADDRESS):
        cells = line.split("m", 1)[1].rsplit("\x1b", 1)[0]
        rows += [[0 if cell in "▀█" else 255 for cell in cells], [0 if cell in "▄█" else 255 for cell in cells]]
    drawn = Image.new("L", (len(rows[0]), len(rows)))
    drawn.putdata([value for row in rows for value in row])
    large = drawn.resize((drawn.width * 8, drawn.height * 8), Image.Resampling.NEAREST)
    assert [each.text for each in zxingcpp.read_barcodes(large)] == [ADDRESS]


def test_for_the_local_network_everything_follows_from_one_setting():
    found = load_settings({"LICENCE_QR_LAN": "1", "LICENCE_QR_PORT": "8443", "LICENCE_QR_ADDRESS": ADDRESS[:-7]})
    assert (found.lan, found.bind, found.address) == (True, "0.0.0.0", "https://192.168.7.8:8000")  # noqa: S104 - that is what was asked for
    alone = load_settings({})
    assert (alone.lan, alone.bind) == (False, "127.0.0.1")
