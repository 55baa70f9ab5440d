"""Serve the installation."""

from __future__ import annotations

import errno
import socket
import sys
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from licence_qr import wording
from licence_qr.cli.help import Command
from licence_qr.cli.late import build
from licence_qr.config import (
    METRICS_FOLDER,
    OWN_SIGNER,
    Settings,
    check_served,
    load_settings,
    set_variable,
)
from licence_qr.config.service_manager import service_manager as read_service_manager
from licence_qr.errors import ConfigError, KeyStoreError, LicenceQRError, RegisterError
from licence_qr.process import log_lines, service_manager, signals, streams
from licence_qr.process.ended_workers import take_in_ended
from licence_qr.process.metrics_folder import metrics_folder
from licence_qr.services.keys.lan_certificate import lan_certificate
from licence_qr.services.keys.lan_invitation import picture, terminal_lines
from licence_qr.services.keys.root import check_root_apart
from licence_qr.signer.keeper import SignerKeeper, own_signer

if TYPE_CHECKING:
    from licence_qr.front.limits import Limits
    from licence_qr.front.supervisor import Beside, Tidy

_SITE = "licence_qr.web.serving.site:LicenceSite"  # by name: commands that do not serve need not load it


def _listening(settings: Settings, limits: Limits) -> socket.socket:
    """The socket of the service. Raises ConfigError ``port_in_use`` or ``port_unusable``."""
    from licence_qr.front import supervisor

    try:
        return supervisor.listening((settings.bind, settings.port), limits)
    except OSError as error:
        code = "port_in_use" if error.errno == errno.EADDRINUSE else "port_unusable"
        raise ConfigError(code, port=settings.port, bind=settings.bind, because=error.strerror or "") from None


@click.command(cls=Command, short_help="启动服务。 Serve the desk and the public pages.")
def serve() -> None:
    """提供窗口和公众页面，直到停止（Ctrl-C）。设置用环境变量或文件；端口如 LICENCE_QR_PORT=8001。

    Serve the desk and the public pages until stopped (Ctrl-C). Settings are environment variables or stand in a
    file, for example LICENCE_QR_PORT=8001 for the port.

    启动过程中的任何时候都可用 SIGTERM 或 Ctrl-C 停止，退出码为 0；关闭终端也会停止，除非用 nohup 启动。 SIGTERM
    or Ctrl-C stops it at any time, even during start-up, with exit status 0. Closing the terminal
    also stops it, unless started with nohup.
    """
    # While the program is still being loaded it ends by the signal, as any program does.
    with signals.ending_at_once():
        _serve()


def _serve() -> None:
    settings = load_settings()
    check_served(settings)
    telling = _telling_service_manager(settings)
    with ExitStack() as until_stopped:
        counts = until_stopped.enter_context(metrics_folder(settings.home))
        # before anything imports prometheus-client
        until_stopped.callback(set_variable(METRICS_FOLDER, str(counts)))
        keeper = None
        # A server that takes over from another one, whose signer it finds named, starts its own: that one goes.
        if settings.signer_socket is None:
            keeper = until_stopped.enter_context(own_signer())
            until_stopped.callback(set_variable(OWN_SIGNER, str(keeper.path)))
        _serve_until_stopped(load_settings(), telling, partial(take_in_ended, counts), keeper)


def _serve_until_stopped(
    settings: Settings, telling: AbstractContextManager[None], tidy: Tidy, keeper: SignerKeeper | None
) -> None:
    from licence_qr.front import supervisor
    from licence_qr.front.limits import Limits

    services = build(settings)
    if not services.demonstration:
        check_root_apart((settings.keys, settings.home))
    # Pages that were overwritten, or an older register, would be served otherwise.
    if left := services.check.at_start(settings.start_check_seconds):
        _warn(RegisterError("check_not_finished", seconds=settings.start_check_seconds, tables=", ".join(left)))
    limits = Limits()
    own = None if supervisor.is_handed_socket() else _listening(settings, limits)
    try:
        now = datetime.now(UTC)
        if keeper:
            keeper.await_answer()
        services.coding.signer.check_codes(now)
        services.watching.check_clock(now)
        services.coding.finishing.finish_waiting(now)  # what was committed before the last end and not signed yet
    except (KeyStoreError, RegisterError) as error:
        # Citizens can still look up codes; the desk shows the same error when something is to be signed.
        _warn(error)
    services.database.close()
    _say(f"正在服务 serving  {settings.address}  ({settings.bind}:{settings.port}, {settings.workers} workers)")
    certificate = _for_phones(settings) if settings.lan else None
    log = log_lines.server_logging("gunicorn.error", "licence_qr.front")
    try:
        with telling:
            beside = _beside(tidy, keeper)
            supervisor.serve(_SITE, own, settings.workers, certificate, log, limits, beside=beside)
    finally:
        # After a stop register.db alone is complete, once nobody has it open. If writing back fails, the log stays.
        if keeper:
            keeper.stop()
        with suppress(RegisterError):
            services.database.write_back()


def _beside(tidy: Tidy, keeper: SignerKeeper | None) -> Beside:
    from licence_qr.front.supervisor import Beside

    return Beside((tidy, lambda workers: keeper.look()), keeper.renew) if keeper else Beside((tidy,))


def _telling_service_manager(settings: Settings) -> AbstractContextManager[None]:
    manager = read_service_manager()
    address = service_manager.own_address((settings.bind, settings.port), manager.descriptors)
    is_answering = partial(service_manager.answers, address, tls=settings.lan)
    return service_manager.telling(manager.notify_socket, manager.watchdog_seconds, is_answering)


def _warn(error: LicenceQRError) -> None:
    for language in wording.LANGUAGES:
        _say(str(wording.explain(error, language)), streams.ERR, "warning")


def _say(text: str, stream: streams.LogStream = streams.OUT, level: str = "info") -> None:
    """Print a line, plain at a terminal, else in the shape of the log; the service continues even if that fails."""
    for_a_person = sys.stdout is not None and sys.stdout.isatty()
    stream.write((text if for_a_person else log_lines.line(text, "start", level)) + "\n")


def _for_phones(settings: Settings) -> tuple[Path, Path]:
    """Certificate and key of the server; prints the address as text and as a QR symbol."""
    hosts = (urlsplit(settings.address).hostname or "localhost", "localhost", "127.0.0.1")
    certificate, key = lan_certificate(settings.home, hosts, datetime.now(UTC))
    page = f"{settings.address}/verify"
    if sys.stdout.isatty():
        _say("\n".join(terminal_lines(page)))
    _say(f"手机连同一网络后打开 on a phone in the same network, open  {page}")
    _say(f"二维码图片 the same as a QR   {picture(settings.home, page)}")
    _say(
        f"手机会提示证书；离线使用需先装入它 phones warn of the certificate; offline use needs it installed  {certificate}"
    )
    return certificate, key
