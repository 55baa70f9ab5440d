"""The process that holds the keys."""

from __future__ import annotations

import asyncio
import logging
import logging.config
import os
import pwd
import signal
from functools import partial
from pathlib import Path

import click

from licence_qr.cli.help import Command
from licence_qr.config import load_settings
from licence_qr.errors import ConfigError, LicenceQRError
from licence_qr.process import log_lines, signals
from licence_qr.signer.service import SignService
from licence_qr.signer.wiring import build_signer

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
@click.option("--socket", "own", type=click.Path(path_type=Path), hidden=True)
def sign_service(users: tuple[str, ...], beside: int | None, own: Path | None) -> None:
    """运行签名程序，直到停止（Ctrl-C）。它在 LICENCE_QR_SIGNER_SOCKET 所指的套接字上等候，只签登记库中已提交、
    且核对无误的内容；不写登记库。SIGHUP 使它重新读取设置、目录和密钥。

    Run the signer until stopped (Ctrl-C). It listens on the socket of LICENCE_QR_SIGNER_SOCKET and signs only what is
    committed in the register and holds up to its checks; it writes nothing there. SIGHUP has it read settings, catalogue and
    keys anew.

    没有设置这个套接字的，启动服务（serve）时会自行启动一个签名程序。 Where this setting is empty, serve starts a signer of
    its own.
    """
    settings = load_settings()
    path = own or settings.signer_socket
    if path is None:
        raise ConfigError("signer_socket_missing")
    logging.config.dictConfig(log_lines.server_logging("licence_qr.signing"))
    with signals.ending_at_once():  # nothing is half-done: it writes nothing
        if beside is not None:
            _leave_stops_to(beside)
        allowed = frozenset({os.getuid(), *map(_number_of, users)})
        asyncio.run(_serve(SignService(path, build_signer(settings), allowed)))


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
