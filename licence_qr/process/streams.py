"""Standard output and error of a service, whose reader may go or stand still, and whose disk may be full.

A line that cannot be written is dropped, and why is said once, on the other of the two: people are still answered. What
was printed for a person at a terminal goes the same way as the log.
"""

from __future__ import annotations

import errno
import os
import select
import sys

from licence_qr import wording
from licence_qr.errors import ConfigError

_PATIENCE_SECONDS = 1.0  # with a reader that stands still, like a terminal after Ctrl-S; then none until it reads again


class LogStream:
    """Writes to the stream that ``sys`` calls ``name``, each text at once; never raises for what the system refuses.

    There is no lock: a worker that is forked while another thread holds one would wait for ever.
    """

    def __init__(self, name: str, other: str) -> None:
        self._name, self._other = name, other
        self._told = self._stands_still = False

    def write(self, text: str) -> int:
        """Write ``text``, or drop it."""
        try:
            _write(self._name, text, 0 if self._stands_still else _PATIENCE_SECONDS)
            self._stands_still = False
        except OSError as error:
            self._stands_still = isinstance(error, BlockingIOError)
            self._tell(error)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def _tell(self, error: OSError) -> None:
        if self._told:
            return
        self._told = True
        # A reader who has gone (`licence-qr serve | head -1`) has what it wanted.
        if error.errno == errno.EPIPE:
            return
        refusal = ConfigError("log_not_written", stream=self._name, because=error.strerror or error)
        said = [f"[{refusal.code}]", *(f"  {wording.explain(refusal, each)}" for each in wording.LANGUAGES)]
        try:
            _write(self._other, "\n".join(said) + "\n", 0)
        except OSError:
            return  # neither can be written: there is nobody to tell


def _write(name: str, text: str, patience: float) -> None:
    """Unbuffered: what a buffer holds back and cannot write would be an error of the interpreter's own end.

    Raises OSError; BlockingIOError for a reader that has taken nothing for ``patience`` seconds.
    """
    stream = getattr(sys, name)
    if stream is None:  # the process was started without it
        return
    try:
        descriptor = stream.fileno()
    except (AttributeError, OSError, ValueError):
        stream.write(text)
        stream.flush()
        return
    stream.flush()
    rest = text.encode("utf-8", "backslashreplace")
    while rest:
        # Who shares the stream would notice if it were made not to block. As much as this a writable pipe takes (pipe(7)).
        if not select.select([], [descriptor], [], patience)[1]:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[os.write(descriptor, rest[: select.PIPE_BUF]) :]


OUT = LogStream("stdout", "stderr")
ERR = LogStream("stderr", "stdout")
