"""The signer's socket: who may ask is told by the kernel (SO_PEERCRED), what may be asked by the list of requests.

A few threads take what is asked at once, sign and answer. Whoever sends slowly, or takes the answer slowly, is handed to a
loop and keeps nobody else waiting. A loop for all would cost as much as a signature, once for each pair.
"""

from __future__ import annotations

import asyncio
import logging
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from licence_qr.errors import AccessError, KeyStoreError, LicenceQRError
from licence_qr.signer.messages import MOST_REQUEST_BYTES, SignerAnswer, SignerRequest

# A request is one short line; who asks has it ready.
REQUEST_SECONDS, AT_ONCE_SECONDS = 5.0, 0.01
MOST_CONNECTIONS = 256  # that are slow, at a time; a server has some dozen threads that ask
_THREADS = 4
_AGAIN_SECONDS = 1.0
_PART = 64 * 1024
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group

Act = Callable[[SignerRequest], SignerAnswer]
_log = logging.getLogger("licence_qr.signing")


class SignService:
    """Answers on ``listener`` the processes of ``users`` (numeric ids), and root, by ``act``, which may be replaced at any
    time. Others may hold the listener open too."""

    def __init__(self, listener: socket.socket, act: Act, users: frozenset[int]) -> None:
        self.act = act
        self._listener, self._users = listener, users | {0}
        self._for_slow = ThreadPoolExecutor(_THREADS, thread_name_prefix="signer-slow")
        self._slow: set[asyncio.Task[None]] = set()

    async def serve(self, ready: Callable[[], None]) -> None:
        """Answer until cancelled; ``ready`` is called when it begins to."""
        loop = asyncio.get_running_loop()
        self._listener.setblocking(False)
        over, end = socket.socketpair()
        with self._for_slow, self._listener, over:
            threads = [
                threading.Thread(target=self._take_all, args=(over, loop), name=f"signer-{number}", daemon=True)
                for number in range(_THREADS)
            ]
            for each in threads:
                each.start()
            try:
                ready()
                await loop.create_future()
            finally:
                end.close()  # tells them; the listener, which others hold too, is left as it is
                for each in threads:
                    each.join()
                for task in self._slow:
                    task.cancel()

    def _take_all(self, over: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        """Take one connection after the other, until the other end of ``over`` is closed."""
        with select.epoll() as waiting:
            waiting.register(over, select.EPOLLIN)
            # A connection wakes one thread, and the same as before where that has nothing else to do.
            waiting.register(self._listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
            while over.fileno() not in dict(waiting.poll()):
                if (connection := self._next()) is None:
                    continue
                try:
                    self._take(connection, loop)
                except OSError:
                    connection.close()  # it went away

    def _next(self) -> socket.socket | None:
        """The next connection; None where another thread or process has taken it."""
        try:
            return self._listener.accept()[0]
        except BlockingIOError:
            return None
        except OSError as error:
            _log.error("cannot take a connection: %s", error.strerror)  # too many files are open
            time.sleep(_AGAIN_SECONDS)
            return None

    def _take(self, connection: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        """Answer one that has sent its request, and hand over one that is slow."""
        user = _user_of(connection)
        connection.settimeout(AT_ONCE_SECONDS)
        try:
            line = connection.recv(_PART)
        except TimeoutError:
            line = b""
        if user not in self._users:
            _log.error("refused: user %d may not ask", user)
            told = SignerAnswer.of_error(AccessError("signer_not_for_you", user=user)).line()
        elif line.endswith(b"\n"):
            told = self._told(line)
        else:
            loop.call_soon_threadsafe(self._hand_over, connection, line, b"")
            return
        connection.setblocking(False)
        try:
            sent = connection.send(told)
        except BlockingIOError:
            sent = 0
        if sent < len(told):
            loop.call_soon_threadsafe(self._hand_over, connection, b"", told[sent:])
        else:
            connection.close()

    def _hand_over(self, connection: socket.socket, line: bytes, told: bytes) -> None:
        """Go on with a slow one in the loop: by what it has sent so far, or by what is left of the answer."""
        if len(self._slow) >= MOST_CONNECTIONS:
            connection.close()
            return
        task = asyncio.get_running_loop().create_task(self._go_on(connection, line, told))
        self._slow.add(task)
        task.add_done_callback(self._slow.discard)

    async def _go_on(self, connection: socket.socket, line: bytes, told: bytes) -> None:
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        try:
            if not told:
                async with asyncio.timeout(REQUEST_SECONDS):
                    while not line.endswith(b"\n") and len(line) <= MOST_REQUEST_BYTES:
                        part = await loop.sock_recv(connection, _PART)
                        if not part:
                            break
                        line += part
                told = await loop.run_in_executor(self._for_slow, self._told, line)
            async with asyncio.timeout(REQUEST_SECONDS):
                await loop.sock_sendall(connection, told)
        except (OSError, TimeoutError):
            pass  # it went away, or sends or takes nothing
        finally:
            connection.close()

    def _told(self, line: bytes) -> bytes:
        """The answer to one line."""
        try:
            if not line.endswith(b"\n") or len(line) > MOST_REQUEST_BYTES:
                raise ValueError
            request = SignerRequest.model_validate_json(line)
        except ValueError:
            return SignerAnswer.of_error(KeyStoreError("signer_failed", because="request")).line()
        return self._done(request).line()

    def _done(self, request: SignerRequest) -> SignerAnswer:
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
