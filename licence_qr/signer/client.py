"""Ask the signer. A process that asks holds no key."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.errors import KeyStoreError
from licence_qr.services.publishing.status_signer import NextList
from licence_qr.services.signing.signer import SigningVerdict, Version
from licence_qr.signer.messages import MOST_ANSWER_BYTES, Ask, AskedVersion, SignerAnswer, SignerRequest

# Long enough for a hundred signatures of a slow hardware module; a clerk waits no longer.
ANSWER_SECONDS = 15.0
# Before an act is committed it is asked while others wait to write: shortly, and not for every act. Readiness asks
# too, for each purpose, and the metrics wait behind it: where the signer hangs they have to tell it in time.
CHECK_SECONDS, CHECKED_FOR_SECONDS = 3.0, 1.0
_PART = 64 * 1024


@dataclass(frozen=True, slots=True)
class SignerClient:
    """``path`` is the socket on which the signer listens. It reads its own clock and the register: the instants given here
    are not sent. Each call raises KeyStoreError ``signer_unreachable`` where nobody answers, and what the signer answers."""

    path: Path
    _checked: list[float] = field(default_factory=list, compare=False)
    """When it last said that codes can be signed (time.monotonic)."""

    def answers(self) -> bool:
        """Whether it answers at all, in time."""
        try:
            self._ask(SignerRequest(ask=Ask.PING), CHECK_SECONDS)
        except KeyStoreError:
            return False
        return True

    def check_key(self, purpose: KeyPurpose, now: datetime) -> None:
        """Raise KeyStoreError unless the key for ``purpose`` can be used."""
        self._ask(SignerRequest(ask=Ask.CHECK_KEY, purpose=purpose), CHECK_SECONDS)

    def check_codes(self, now: datetime) -> None:
        """Raise KeyStoreError unless codes can be signed, or could be a moment ago."""
        if self._checked and time.monotonic() < self._checked[0] + CHECKED_FOR_SECONDS:
            return
        self._ask(SignerRequest(ask=Ask.CHECK_CODES), CHECK_SECONDS)
        self._checked[:] = [time.monotonic()]

    def sign_codes(self, wanted: Sequence[Version], now: datetime) -> tuple[SigningVerdict, ...]:
        """See ``CodeSigner``. Raises KeyStoreError, RegisterError."""
        asked = tuple(AskedVersion.of(each) for each in wanted)
        return self._ask(SignerRequest(ask=Ask.SIGN_CODES, codes=asked)).verdicts()

    def next_list(self, now: datetime) -> NextList | None:
        """See ``ListSigner``. Raises KeyStoreError, RegisterError."""
        found = self._ask(SignerRequest(ask=Ask.SIGN_LIST)).status_list
        return None if found is None else found.made()

    def _ask(self, request: SignerRequest, answer_seconds: float = ANSWER_SECONDS) -> SignerAnswer:
        try:
            told = self._answer_or_again(request.line(), time.monotonic() + answer_seconds)
            answer = SignerAnswer.model_validate_json(told)
        except (OSError, ValueError) as error:
            self._checked.clear()
            because = getattr(error, "strerror", None) or type(error).__name__
            raise KeyStoreError("signer_unreachable", path=self.path, because=because) from error
        answer.raise_problem()
        return answer

    def _answer_or_again(self, line: bytes, deadline: float) -> bytes:
        """Of a signer that ends while it is asked the next one is asked, which takes calls once it has started. Nothing is
        signed twice by that: the first signature that is stored counts. Raises OSError."""
        try:
            return self._answer(line, deadline)
        except ConnectionError:
            return self._answer(line, deadline)

    def _answer(self, line: bytes, deadline: float) -> bytes:
        """The line that comes back. Raises OSError."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_left(deadline))
            connection.connect(str(self.path))
            connection.sendall(line)
            told = bytearray()
            while not told.endswith(b"\n"):
                connection.settimeout(_left(deadline))
                part = connection.recv(_PART)
                if not part or len(told) > MOST_ANSWER_BYTES:
                    raise ConnectionError("hung up")
                told += part
        return bytes(told)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer")
    return left
