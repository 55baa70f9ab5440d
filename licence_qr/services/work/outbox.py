"""The outbox: a folder with one ``.eml`` file a message, each whole, each once.

Another program may fetch files from it at any moment, so a message comes into being by one rename. Messages are first laid
ready in ``.ready``; the register then notes them; only then do they move into the outbox. Whatever is stopped in
between is finished by the next run: what was noted moves on, what was not is thrown away and written anew.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from licence_qr.errors import ConfigError
from licence_qr.store.files import sync_names

_READY, SENT, REFUSED = ".ready", "sent", "refused"


class Outbox:
    """The folder. Raises ConfigError ``outbox_not_written`` when it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def exclusive_lock(self) -> Iterator[None]:
        """Keep other runs waiting; the lock ends with the process that holds it."""
        with self._faults():
            (self.folder / _READY).mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def lay_ready(self, name: str, message: bytes) -> None:
        """Write a message where nobody fetches it yet; its bytes are on the disk when this returns, its name after
        ``settle``."""
        with self._faults():
            descriptor = os.open(self.folder / _READY / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
            with os.fdopen(descriptor, "wb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())

    def settle(self) -> None:
        """Put the names of what lies ready on the disk: before they are noted, or a loss of power would lose a message."""
        with self._faults():
            sync_names(self.folder / _READY)

    def release(self, names: list[str]) -> None:
        """Move messages that lie ready into the outbox."""
        with self._faults():
            for name in names:
                (self.folder / _READY / name).replace(self.folder / name)
            sync_names(self.folder)

    def finish(self, noted: Callable[[str], bool]) -> int:
        """Bring to an end what an earlier run left lying ready; how many messages moved on."""
        with self._faults():
            left = sorted(path.name for path in (self.folder / _READY).iterdir())
            moving = [name for name in left if noted(name)]
            for name in set(left) - set(moving):
                (self.folder / _READY / name).unlink()
        self.release(moving)
        return len(moving)

    def messages(self) -> list[Path]:
        """What waits to be fetched or sent, in the order of the names."""
        with self._faults():
            return sorted(path for path in self.folder.glob("*.eml") if path.is_file())

    def put_aside(self, message: Path, where: str) -> None:
        """Move a message to ``sent`` or ``refused``."""
        with self._faults():
            folder = self.folder / where
            folder.mkdir(exist_ok=True)
            message.replace(folder / message.name)
            sync_names(folder)
            sync_names(self.folder)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigError("outbox_not_written", path=self.folder, because=error.strerror or "") from error
