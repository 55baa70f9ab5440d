"""The socket on which a signer is asked.

Whoever connects waits in it until a signer takes the call. Held open by who starts the signer (the server, or systemd), it
outlives the signer: nobody is refused while the next one starts.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

from licence_qr.errors import ConfigError

# Also those wait here who have given up: a signer that hangs takes nobody out.
BACKLOG = 1024
_ONLY_FOLDER = 0o117  # socket of mode 0660: its folder says who else gets to it


def listening(path: Path) -> socket.socket:
    """A new socket at ``path``, in the place of one that was left there. Once it is there, it listens. Raises ConfigError
    ``signer_socket_taken`` or ``signer_socket_unusable``."""
    try:
        _demand_free(path)
        return _made(path)
    except OSError as error:
        raise ConfigError("signer_socket_unusable", path=path, because=error.strerror or str(error)) from error


def _demand_free(path: Path) -> None:
    """Only the socket of a signer that is gone may be replaced: the setting may name any file."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode) or _listens(path):
            raise ConfigError("signer_socket_taken", path=path)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking, suppress(ConnectionRefusedError, FileNotFoundError):
        asking.connect(str(path))
        return True
    return False


def _made(path: Path) -> socket.socket:
    begun = path.with_name(path.name + ".new")
    begun.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(_ONLY_FOLDER)
    try:
        made.bind(str(begun))
        made.listen(BACKLOG)
        begun.rename(path)
    except BaseException:
        made.close()
        raise
    finally:
        os.umask(before)
    return made
