"""Settings → the services of keys, which need no more: apart, so that commands of keys load nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from licence_qr.config import Settings
from licence_qr.domain.roles import AT_THE_MACHINE, Actor
from licence_qr.parts import keys_of, register_of
from licence_qr.services.keys.root import Passphrase, RootPlace
from licence_qr.services.keys.steps import Tell, silent
from licence_qr.services.keys.trust_list_editions import Ceremony

if TYPE_CHECKING:
    from licence_qr.services.publishing.verification import Verification


def build_verification(settings: Settings) -> Verification:
    """Only what offline verification needs: the catalogue and the trust list, no register. Raises CatalogueError."""
    # Here, because to change keys neither is loaded.
    from licence_qr.catalogue.loader import load_catalogue
    from licence_qr.services.publishing.verification import Verification

    keys = keys_of(settings)
    return Verification(load_catalogue(working_days=settings.working_days_file), keys.trust_list, keys.allow_list)


def build_ceremony(
    settings: Settings,
    root_folder: Path | None = None,
    by: Actor = AT_THE_MACHINE,
    *more: Passphrase,
    tell: Tell = silent,
) -> Ceremony:
    """The service that changes keys, in the name of ``by``. The root's private key is in ``root_folder``; by default with
    the other keys. ``more`` passphrases of it are tried after that of the other keys."""
    keys = keys_of(settings)
    place = RootPlace(root_folder or settings.keys, (keys.passphrase, *more))
    return Ceremony(keys, place, register_of(settings), by, tell)
