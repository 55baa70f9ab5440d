"""Key files: encrypted private keys (mode 0600), the root's public key and the signed trust list.

root.pem, root.pub.pem          the root; keep root.pem off-line once the trust list is signed
licence-<kid>.pem               keys that sign codes
status-<kid>.pem, log-<kid>.pem keys that sign status lists and the log
<purpose>-<kid>.hsm             instead of the .pem: the label of that key in a hardware module
trust-list.cbor                 the trust list, signed by the root
allow-list.cbor                 what remains valid of compromised keys, signed by the root; optional
newest-lists.json               the highest edition of both lists that was in force here: an older one is refused
"""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.errors import KeyStoreError
from licence_qr.store.files import folder_lock, make_folder, mode_for_readers, put_in_place

ROOT = "root"
_TRUST_LIST = "trust-list.cbor"
_ALLOW_LIST = "allow-list.cbor"


def key_name(purpose: str, kid: bytes) -> str:
    """The file name, without extension, of the key ``kid`` for ``purpose``."""
    return f"{purpose}-{kid.hex()}"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold an exclusive lock on ``folder``, which is created if missing; other processes wait for it.

    Raises KeyStoreError ``key_file_not_written``.
    """
    try:
        make_folder(folder)
        descriptor = folder_lock.take(folder)
    except OSError as error:
        raise KeyStoreError("key_file_not_written", path=folder, because=error.strerror or "") from error
    try:
        yield
    finally:
        os.close(descriptor)


def write_file(path: Path, data: bytes, mode: int = 0o600, *, for_readers: bool = False) -> None:
    """Write a file atomically, readable by its owner only unless ``mode`` says otherwise; with ``for_readers`` by those of
    ``mode_for_readers`` too.

    Raises KeyStoreError ``key_file_not_written``.
    """
    partial = path.with_name(path.name + ".new")
    try:
        make_folder(path.parent)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            _hand_over(descriptor, path.parent, mode_for_readers(path.parent) if for_readers else mode)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        put_in_place(partial, path)
    except OSError as error:
        raise KeyStoreError("key_file_not_written", path=path, because=error.strerror or "") from error


def _hand_over(descriptor: int, folder: Path, mode: int) -> None:
    """What root writes belongs to the owner of the folder, as what that user writes itself: keys are changed by root where
    their passphrase is out of reach of everybody else."""
    if mode & stat.S_IRGRP:
        os.fchmod(descriptor, mode)
    if os.geteuid() == 0:
        found = folder.stat()
        os.fchown(descriptor, found.st_uid, found.st_gid)


def read_passphrase(path: Path) -> bytes:
    """The passphrase of the private keys. Raises KeyStoreError ``passphrase_missing``."""
    try:
        passphrase = path.read_bytes().strip()
    except OSError:
        passphrase = b""
    if not passphrase:
        raise KeyStoreError("passphrase_missing", path=path)
    return passphrase


def read_web_secret(path: Path) -> bytes:
    """The secret that signs form tokens, created once for all workers on first use."""
    if not path.exists():
        with only_one(path.parent):
            if not path.exists():
                write_file(path, secrets.token_bytes(32))
    return path.read_bytes()


def write_private_key(folder: Path, name: str, key: ec.EllipticCurvePrivateKey, passphrase: bytes) -> None:
    """Store a private key encrypted (PKCS #8, RFC 5958)."""
    encryption = serialization.BestAvailableEncryption(passphrase)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    write_file(folder / f"{name}.pem", pem)


def read_private_key(folder: Path, name: str, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a P-256 private key. Raises KeyStoreError ``key_missing``, ``key_passphrase`` or ``key_damaged``."""
    path = folder / f"{name}.pem"
    try:
        pem = path.read_bytes()
    except OSError:
        raise KeyStoreError("key_missing", path=path) from None
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError):
        raise KeyStoreError("key_passphrase" if _is_whole(pem) else "key_damaged", path=path) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyStoreError("key_damaged", path=path)
    return key


def _is_whole(pem: bytes) -> bool:
    """Whether an encrypted PEM file (RFC 7468, 11) holds all of its DER sequence.

    Then it is the passphrase that is wrong: of 256 wrong ones, one leaves a padding that looks right, and no key.
    """
    body = b"".join(line for line in pem.splitlines() if b"-----" not in line)
    try:
        der = base64.b64decode(body, validate=True)
    except ValueError:
        return False
    # X.690, 8.1.3: of a sequence of 128 to 65,535 bytes the length stands in one or two bytes of its own.
    head = 2 + (der[1] & 0x7F) if len(der) > 4 and der[:2] in {b"\x30\x81", b"\x30\x82"} else 0
    return b"ENCRYPTED" in pem and head > 0 and len(der) == head + int.from_bytes(der[2:head], "big")


def has_private_key(folder: Path, name: str) -> bool:
    """Whether the file of this private key exists."""
    return (folder / f"{name}.pem").exists()


def may_read(folder: Path, name: str) -> bool:
    """Whether the file of this private key exists, and whoever runs this may read it."""
    return os.access(folder / f"{name}.pem", os.R_OK)


def write_root_public_key(folder: Path, key: ec.EllipticCurvePublicKey) -> None:
    """Store the root's public key."""
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    write_file(folder / f"{ROOT}.pub.pem", pem, for_readers=True)


def has_root_public_key(folder: Path) -> bool:
    """Whether the root's public key is there."""
    return (folder / f"{ROOT}.pub.pem").exists()


def private_root_files(folder: Path) -> tuple[Path, ...]:
    """Files of a private root key, also those that a stopped run left, or somebody who kept the former one."""
    return tuple(path for path in sorted(folder.glob(f"{ROOT}.pem*")) if path.is_file())


def read_root_public_key(folder: Path) -> ec.EllipticCurvePublicKey:
    """Read the root's public key. Raises KeyStoreError ``key_missing`` or ``key_damaged``."""
    path = folder / f"{ROOT}.pub.pem"
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError:
        raise KeyStoreError("key_missing", path=path) from None
    except ValueError:
        raise KeyStoreError("key_damaged", path=path) from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise KeyStoreError("key_damaged", path=path)
    return key


def write_trust_list(folder: Path, signed: bytes) -> None:
    """Store the signed trust list."""
    write_file(folder / _TRUST_LIST, signed, for_readers=True)


def read_trust_list(folder: Path) -> bytes:
    """The signed trust list, not verified. Raises KeyStoreError ``trust_list_missing``."""
    path = folder / _TRUST_LIST
    try:
        return path.read_bytes()
    except OSError:
        raise KeyStoreError("trust_list_missing", path=path) from None


def trust_list_stamp(folder: Path) -> tuple[int, int] | None:
    """A value that changes when the trust list is replaced, even within one clock tick; None if there is none."""
    try:
        found = os.stat(f"{folder}/{_TRUST_LIST}")  # on every scan; a Path takes twice as long
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def write_allow_list(folder: Path, signed: bytes) -> None:
    """Store the signed allow-list."""
    write_file(folder / _ALLOW_LIST, signed, for_readers=True)


def read_allow_list(folder: Path) -> bytes | None:
    """The signed allow-list, not verified; None if there is none. Raises KeyStoreError ``allow_list_unreadable``."""
    path = folder / _ALLOW_LIST
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyStoreError("allow_list_unreadable", path=path, because=error.strerror or "") from None


def public_files(folder: Path) -> tuple[Path, ...]:
    """What other verifiers need, and nothing private: those of the files that are there."""
    names = (_TRUST_LIST, f"{ROOT}.pub.pem", _ALLOW_LIST)
    return tuple(folder / name for name in names if (folder / name).exists())


def export(folder: Path, target: Path) -> tuple[Path, ...]:
    """Copy the public files to ``target``, readable by all; return the paths."""
    here = public_files(folder)
    for path in here:
        write_file(target / path.name, path.read_bytes(), 0o644)
    return tuple(target / path.name for path in here)


def write_hsm_label(folder: Path, name: str, label: str) -> None:
    """Store the label of a key in the hardware module."""
    write_file(folder / f"{name}.hsm", label.encode())


def read_hsm_label(folder: Path, name: str) -> str | None:
    """The label of a key in the hardware module, or None."""
    try:
        return (folder / f"{name}.hsm").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
