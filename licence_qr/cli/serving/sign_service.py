"""The process that holds the keys."""

from __future__ import annotations

import asyncio
import logging
import logging.config
import os
import pwd
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

import click

from licence_qr.cli.help import Command
from licence_qr.config import load_settings
from licence_qr.config.service_manager import ServiceManager
from licence_qr.config.service_manager import service_manager as read_service_manager
from licence_qr.errors import ConfigError, LicenceQRError
from licence_qr.process import log_lines, service_manager, signals
from licence_qr.signer.client import SignerClient
from licence_qr.signer.listening import listening
from licence_qr.signer.service import SignService
from licence_qr.signer.wiring import build_signer, demand_root_apart

_log = logging.getLogger("licence_qr.signing")


@click.command("sign-service", cls=Command, short_help="签名程序：独自持有密钥。 Sign, alone with the keys.")
@click.option(
    "--user",
    "users",
    multiple=True,
    help="可以请求签名的系统用户（名称或编号），可写多次；本用户和 root 总是可以。"
    " System user (name or number) who may ask for signatures, also several."
    " This user and root always may.",
)
@click.option("--beside", type=int, hidden=True)
@click.option("--listening", "kept", type=int, hidden=True)
def sign_service(users: tuple[str, ...], beside: int | None, kept: int | None) -> None:
    """运行签名程序，直到停止（Ctrl-C）。它在 LICENCE_QR_SIGNER_SOCKET 所指的套接字上等候，只签登记库中已提交、
    且核对无误的内容；不写登记库。SIGHUP 使它重新读取设置、目录和密钥。

    Run the signer until stopped (Ctrl-C). It listens on the socket of LICENCE_QR_SIGNER_SOCKET and signs only what is
    committed in the register and holds up to its checks; it writes nothing there. SIGHUP has it read settings, catalogue and
    keys anew.

    没有设置这个套接字的，启动服务（serve）时会自行启动一个签名程序。 Where this setting is empty, serve starts a signer of
    its own.
    """
    settings, manager = load_settings(), read_service_manager()
    listener = _listener((kept,) if kept is not None else manager.descriptors, settings.signer_socket)
    logging.config.dictConfig(log_lines.server_logging("licence_qr.signing"))
    with signals.ending_at_once():  # nothing is half-done: it writes nothing
        if beside is not None:
            _leave_stops_to(beside)
        allowed = frozenset({os.getuid(), *map(_number_of, users)})
        act = build_signer(settings)
        if beside is None:  # else the server, which starts this, refuses by itself
            demand_root_apart(settings)
        service = SignService(listener(), act, allowed)
        with _telling(manager, settings.signer_socket):
            asyncio.run(_serve(service))


def _listener(handed: Sequence[int], own: Path | None) -> Callable[[], socket.socket]:
    """The socket that is held for it, by the server that keeps it or by systemd; else its own, which is made when it can
    sign. Raises ConfigError ``signer_socket_missing``."""
    if handed:
        return partial(socket.socket, fileno=handed[0])
    if own is None:
        raise ConfigError("signer_socket_missing")
    return partial(listening, own)


def _telling(manager: ServiceManager, path: Path | None) -> AbstractContextManager[None]:
    """Tells systemd that it answers, as long as it does."""
    if path is None:
        return nullcontext()
    return service_manager.telling(manager.notify_socket, manager.watchdog_seconds, SignerClient(path).answers)


async def _serve(service: SignService) -> None:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, partial(loop.run_in_executor, None, _renew, service))
    await service.serve(lambda: _log.info("signer listens"))


def _renew(service: SignService) -> None:
    """Go on by what the files say now, or as before where they are wrong."""
    try:
        service.act = build_signer(load_settings())
    except LicenceQRError as error:
        _log.error("not read anew: %s", error.code)
    else:
        _log.info("settings, catalogue and keys read anew")


def _leave_stops_to(server: int) -> None:
    """A stop is meant for the server, which ends this when the workers have answered."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    signals.end_with(server)


def _number_of(name: str) -> int:
    if name.isdecimal():
        return int(name)
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        raise ConfigError("signer_user_unknown", user=name) from None
