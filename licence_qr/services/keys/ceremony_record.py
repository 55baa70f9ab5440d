"""The written record of a key ceremony: which keys, who, when and where.

It holds no secret and may be printed. Who did it and where the root key is kept is nobody's business beyond that: its
owner alone reads the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from licence_qr.credential.trust_list import TrustedKey
from licence_qr.store.keys.key_files import write_file

FILE = "ceremony-record.txt"
_TITLE = "一码通行 密钥仪式记录 record of key ceremonies\n"


def fingerprint(public_key: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 of the key as SubjectPublicKeyInfo (RFC 5280, DER), in hexadecimal, in groups of four digits.

    ``openssl pkey -pubin -in root.pub.pem -outform DER | sha256sum`` gives the same digits.
    """
    digits = hashlib.sha256(public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


@dataclass(frozen=True, slots=True)
class CeremonyEntry:
    """What was done: ``what`` in words, ``by`` a system user, ``at`` an aware instant, ``folder`` where the root key is."""

    what: str
    by: str
    at: datetime
    folder: Path
    root: ec.EllipticCurvePublicKey
    keys: tuple[TrustedKey, ...]

    def text(self) -> str:
        """The entry."""
        lines = [
            f"{self.at.isoformat(timespec='seconds')}  {self.what}",
            f"  经办 by        {self.by}",
            f"  根密钥 root    {fingerprint(self.root)}",
            f"  存放 kept in   {self.folder}",
        ]
        lines += [f"  {key.purpose.value:<8} {key.kid.hex()}  {fingerprint(key.public_key)}" for key in self.keys]
        return "\n".join(lines) + "\n"


def append(folders: Iterable[Path], held: CeremonyEntry) -> tuple[Path, ...]:
    """Add an entry to the record in each folder; return the files. Raises KeyStoreError ``key_file_not_written``."""
    files = tuple(folder / FILE for folder in folders)
    for path in files:
        before = path.read_text(encoding="utf-8") if path.exists() else _TITLE
        write_file(path, f"{before}\n{held.text()}".encode())
    return files
