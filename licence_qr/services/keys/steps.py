"""The steps of what is done to keys, told as each is on the disk. After any of them the rest can be repeated or taken up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum


class Step(StrEnum):
    """What was done."""

    ROOT_MADE = "root_made"  # folder, fingerprint
    ROOT_FOUND = "root_found"  # likewise: made by a run that was stopped
    KEY_MADE = "key_made"  # purpose, kid
    KEY_FOUND = "key_found"  # likewise: made by a run that was stopped
    RECORD_WRITTEN = "record_written"  # paths
    LIST_SIGNED = "list_signed"  # edition
    ROOT_COPIED = "root_copied"  # folder
    ROOT_READ_BACK = "root_read_back"  # fingerprint
    ROOT_REMOVED = "root_removed"  # paths


Tell = Callable[[Step, Mapping[str, object]], None]


def silent(_step: Step, _facts: Mapping[str, object]) -> None:
    """Tells nobody."""
