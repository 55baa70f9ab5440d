"""Who publishes the status list while the service runs, and finishes what waits for a signature: a thread of one worker,
beside whatever that worker answers.

Workers agree on who by a lock on a file (flock). The others wait for it, and the kernel gives it to one of them when the
first is gone, however that ended. The thread looks at the register every second: whoever has changed it, a clerk, an
import or a command, need not know of the list. Where no worker runs, the daily sweep signs it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from licence_qr.errors import KeyStoreError, LicenceQRError, RegisterError
from licence_qr.services.publishing.status_list import StatusPublishing

LOOK_SECONDS = 1.0
# A wrong passphrase costs a key derivation at each try; it is not put right in seconds.
KEY_SECONDS = 60.0
SIGNER_UNREACHABLE = "signer_unreachable"  # it is started anew: nothing is to be put right
_BEGINNING = datetime.min.replace(tzinfo=UTC)

_log = logging.getLogger("licence_qr.publishing")


@dataclass(slots=True)
class StatusPublisher:
    """``finish`` has signed what was committed and not signed then. ``lock`` is the file by which the processes of one
    register agree. ``check_key`` raises KeyStoreError where the key was refused before: a hardware module locks itself after
    a few wrong PINs."""

    publishing: StatusPublishing
    finish: Callable[[datetime], None]
    check_key: Callable[[datetime], None]
    lock: Path
    clock: Callable[[], datetime]
    _finish_from: datetime = _BEGINNING
    _told: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Publish from now on, in a thread that ends with the process. Only the very first list is waited for."""
        with suppress(LicenceQRError):
            try:
                self.publishing.current(self.clock())
            except RegisterError as error:
                if error.code == "offline_list_missing":
                    self.publishing.publish(self.clock())
        threading.Thread(target=self._run_alone, name="status-list", daemon=True).start()

    def _run_alone(self) -> NoReturn:
        with suppress(OSError):  # the lock saves work and no more: several may publish at the same time
            fcntl.flock(os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), fcntl.LOCK_EX)
        self.run()

    def run(self, pause: Callable[[float], object] = time.sleep) -> NoReturn:
        """Publish what is due, again and again. A failure is told once, in the log, and then tried again."""
        while True:
            pause(self._look())

    def _look(self) -> float:
        """Finish what waits and publish once; the seconds until the next time."""
        if self.clock() >= self._finish_from:
            self._finish_from = self.clock() + timedelta(seconds=self._try("code", self.finish))
        return self._try("status list", self._publish)

    def _publish(self, now: datetime) -> None:
        self.check_key(now)
        self.publishing.publish(now)

    def _try(self, what: str, act: Callable[[datetime], object]) -> float:
        try:
            act(self.clock())
        except LicenceQRError as error:
            if self._told.get(what) != error.code:
                self._told[what] = error.code
                _log.warning("%s not signed: %s", what, error.code)
            wrong_key = isinstance(error, KeyStoreError) and error.code != SIGNER_UNREACHABLE
            return KEY_SECONDS if wrong_key else LOOK_SECONDS
        except Exception as error:  # the thread must not end: its lock would keep the others from publishing
            _log.error("failed", exc_info=error)
            return KEY_SECONDS
        self._told.pop(what, None)
        return LOOK_SECONDS
