"""The signer's socket: who may ask is told by the kernel (SO_PEERCRED), what may be asked by the list of requests.

One loop reads and writes, a few threads sign: whoever sends slowly, or nothing, keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from licence_qr.errors import AccessError, KeyStoreError, LicenceQRError
from licence_qr.signer.listening import BACKLOG
from licence_qr.signer.messages import MOST_REQUEST_BYTES, SignerAnswer, SignerRequest

# A request is one short line.
REQUEST_SECONDS = 5.0
MOST_CONNECTIONS = 256  # at a time; a server has some dozen threads that ask
_THREADS = 4
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group

Act = Callable[[SignerRequest], SignerAnswer]
_log = logging.getLogger("licence_qr.signing")


class SignService:
    """Answers on ``listener`` the processes of ``users`` (numeric ids), and root, by ``act``, which may be replaced at any
    time."""

    def __init__(self, listener: socket.socket, act: Act, users: frozenset[int]) -> None:
        self.act = act
        self._listener, self._users = listener, users | {0}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="signer")
        self._open = 0

    async def serve(self, ready: Callable[[], None]) -> None:
        """Answer until cancelled; ``ready`` is called when it begins to."""
        server = await asyncio.start_unix_server(
            self._serve_one, sock=self._listener, limit=MOST_REQUEST_BYTES, backlog=BACKLOG
        )
        with self._threads:
            async with server:
                ready()
                await server.serve_forever()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= MOST_CONNECTIONS:
                await self._answer(reader, writer)
        except (OSError, TimeoutError):
            pass  # it went away, or sends or takes nothing
        finally:
            self._open -= 1
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        user = _user_of(writer.get_extra_info("socket"))
        if user not in self._users:
            _log.error("refused: user %d may not ask", user)
            answer = SignerAnswer.of_error(AccessError("signer_not_for_you", user=user))
        else:
            answer = await self._asked(reader)
        async with asyncio.timeout(REQUEST_SECONDS):
            writer.write(answer.line())
            writer.close()
            await writer.wait_closed()

    async def _asked(self, reader: asyncio.StreamReader) -> SignerAnswer:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                line = await reader.readuntil(b"\n")
            request = SignerRequest.model_validate_json(line)
        except (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return SignerAnswer.of_error(KeyStoreError("signer_failed", because="request"))
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._act, request)

    def _act(self, request: SignerRequest) -> SignerAnswer:
        try:
            return self.act(request)
        except LicenceQRError as refused:
            return SignerAnswer.of_error(refused)
        except Exception as broken:
            _log.error("failed", exc_info=broken)
            return SignerAnswer.of_error(KeyStoreError("signer_failed", because=type(broken).__name__))


def _user_of(connection: socket.socket) -> int:
    """The user of the process at the other end, as the kernel says."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user: int = _CREDENTIALS.unpack(told)[1]
    return user
