"""The outbox: a folder with one complete ``.eml`` file per message, each written once.

Another program may fetch files at any moment, so a message appears by one rename. Messages are first written to
``.ready``, then recorded in the register, and only then moved into the outbox. If a run is stopped, the next one
finishes it: recorded messages are moved, others are deleted and written again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from licence_qr.errors import ConfigError
from licence_qr.store.files import folder_lock, make_folder, put_in_place, sync_names

_READY, SENT, REFUSED = ".ready", "sent", "refused"


class Outbox:
    """The folder. Raises ConfigError ``outbox_not_written`` when it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def exclusive_lock(self) -> Iterator[None]:
        """Hold an exclusive lock; other runs wait. It ends with the process."""
        with self._faults():
            make_folder(self.folder / _READY)
            descriptor = folder_lock.take(self.folder)
        try:
            yield
        finally:
            os.close(descriptor)

    def lay_ready(self, name: str, message: bytes) -> None:
        """Write a message to ``.ready``, flushed to disk; its name is on disk after ``settle``."""
        with self._faults():
            descriptor = os.open(self.folder / _READY / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
            with os.fdopen(descriptor, "wb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())

    def settle(self) -> None:
        """Flush the names in ``.ready`` to disk, before they are recorded, so that a power failure loses no message."""
        with self._faults():
            sync_names(self.folder / _READY)

    def release(self, names: list[str]) -> None:
        """Move messages from ``.ready`` into the outbox."""
        with self._faults():
            for name in names:
                put_in_place(self.folder / _READY / name, self.folder / name, sync=False)
            sync_names(self.folder)

    def finish(self, noted: Callable[[str], bool]) -> int:
        """Finish what an earlier run left in ``.ready``; return how many messages were moved."""
        with self._faults():
            left = sorted(path.name for path in (self.folder / _READY).iterdir())
            moving = [name for name in left if noted(name)]
            for name in set(left) - set(moving):
                (self.folder / _READY / name).unlink()
        self.release(moving)
        return len(moving)

    def messages(self) -> list[Path]:
        """The messages to be fetched or sent, by name."""
        with self._faults():
            return sorted(path for path in self.folder.glob("*.eml") if path.is_file())

    def put_aside(self, message: Path, where: str) -> None:
        """Move a message to ``sent`` or ``refused``."""
        with self._faults():
            folder = self.folder / where
            make_folder(folder)
            put_in_place(message, folder / message.name)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigError("outbox_not_written", path=self.folder, because=error.strerror or "") from error
