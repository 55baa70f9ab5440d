"""A self-signed certificate, so that phones on the local network can use what browsers allow over TLS only.

Cameras and installed pages need TLS, and no authority certifies a local address. Phones warn about such a certificate;
once installed on a phone, it is trusted there, but only for the addresses named in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from licence_qr.store.keys.key_files import write_file

VALID_FOR = timedelta(days=90)
_RENEW_BEFORE = timedelta(days=7)
_CLOCK_TOLERANCE = timedelta(hours=1)  # a phone's clock may be behind
CERTIFICATE, KEY = "lan.crt", "lan-key.pem"


def lan_certificate(folder: Path, hosts: Sequence[str], now: datetime) -> tuple[Path, Path]:
    """The files of a certificate for ``hosts`` (names or IP addresses) and of its key; a valid one is reused.

    Raises KeyStoreError ``key_file_not_written``.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if not (key.exists() and _still_serves(certificate, hosts, now)):
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_file(key, pem)
        write_file(certificate, _sign(private, hosts, now).public_bytes(Encoding.PEM), 0o644)
    return certificate, key


def _names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return names


def _permitted(hosts: Sequence[str]) -> list[x509.GeneralName]:
    """The hosts as name constraints: a single address is a network of one (RFC 5280, section 4.2.1.10)."""
    limits: list[x509.GeneralName] = []
    for name in _names(hosts):
        limits.append(x509.IPAddress(ip_network(name.value)) if isinstance(name, x509.IPAddress) else name)
    return limits


def _sign(private: ec.EllipticCurvePrivateKey, hosts: Sequence[str], now: datetime) -> x509.Certificate:
    """Sign the certificate: self-issued, as phones require, and valid only for ``hosts``."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"licence-qr trial, {hosts[0]}")])
    usage = {"digital_signature": True, "key_cert_sign": True}
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign")
    never = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_TOLERANCE)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName(_names(hosts)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(_permitted(hosts), None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.KeyUsage(**usage, **never), critical=True)
    )
    return builder.sign(private, hashes.SHA256())


def _still_serves(path: Path, hosts: Sequence[str], now: datetime) -> bool:
    try:
        held = x509.load_pem_x509_certificate(path.read_bytes())
        named = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    return set(_names(hosts)) <= set(named) and held.not_valid_after_utc - _RENEW_BEFORE > now
