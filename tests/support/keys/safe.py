"""The safe of a live installation: a folder beside it with the passphrases and, in a folder of its own, the root key."""

from __future__ import annotations

from pathlib import Path

from licence_qr.services.keys.making import Custody

PASSPHRASE, ROOT_PASSPHRASE = "seven herons over grey water", "eleven lanterns in the old street"


def passphrase_file(folder: Path) -> Path:
    """Where the passphrase of the signing keys is, if the installation in ``folder`` has a safe."""
    return folder / "safe" / "key-passphrase"


def make_safe(folder: Path) -> Path:
    """Make the safe of the installation in ``folder``; the folder for the root key."""
    (root := folder / "safe" / "root").mkdir(parents=True, exist_ok=True)
    for path, text in ((passphrase_file(folder), PASSPHRASE), (folder / "safe" / "root-passphrase", ROOT_PASSPHRASE)):
        path.touch(mode=0o600)
        path.write_text(text + "\n", encoding="ascii")
    return root


def root_options(folder: Path) -> tuple[object, ...]:
    """The options of a command that needs the root key, or makes it."""
    return ("--root-folder", folder / "safe" / "root", "--root-passphrase-file", folder / "safe" / "root-passphrase")


def custody(folder: Path) -> Custody:
    """How the keys of the installation in ``folder`` are kept, as the program itself would take it from its options."""
    return Custody(PASSPHRASE.encode(), make_safe(folder), ROOT_PASSPHRASE.encode(), "console:tester")
