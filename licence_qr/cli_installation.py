"""Making an installation and serving it."""

from __future__ import annotations

import errno
import secrets
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from licence_qr import wording
from licence_qr.bootstrap import alone, build, prepare
from licence_qr.cli_demonstration import show_demonstration
from licence_qr.config import Settings, load_settings
from licence_qr.domain.roles import Role
from licence_qr.errors import ConfigError, KeyStoreError
from licence_qr.services.lan_certificate import lan_certificate
from licence_qr.services.lan_invitation import picture, terminal_lines

STARTING_PASSWORD_BYTES = 9
# Two a worker: one more thread than the interpreter can run, so that a card being printed does not hold up a scan.
# More of them only pass the interpreter's lock around: four halve the rate of scans.
BLOCKING_THREADS = 2


@click.command()
@click.option("--demonstration", is_flag=True, help="Fill an empty register with made-up businesses and accounts.")
def init(demonstration: bool) -> None:
    """Make the register and the keys, or upgrade the register to this program's version. Nothing is overwritten."""
    settings = load_settings()
    now = datetime.now(UTC)
    prepare(settings, now, demonstration=demonstration)
    services = build(settings)
    click.echo(f"登记库 register  {settings.register_path}")
    click.echo(f"密钥 keys        {settings.keys}")
    if services.demonstration:
        services.keys.add_host(settings.host, now)
        with alone(settings):
            show_demonstration(services, now)


def _listen_check(settings: Settings) -> None:
    """Find out before the workers start whether the port is free; their own message would be a traceback."""
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            code = "port_in_use" if error.errno == errno.EADDRINUSE else "port_unusable"
            raise ConfigError(code, port=settings.port, bind=settings.bind, because=error.strerror or "") from None


@click.command()
def serve() -> None:
    """Serve the desk and the public pages until stopped (Ctrl-C). Settings come from the environment."""
    from granian.constants import Interfaces
    from granian.server import Server

    settings = load_settings()
    services = build(settings)
    _listen_check(settings)
    try:
        services.keys.signing_key(datetime.now(UTC))
    except KeyStoreError as error:
        # Citizens can still look up; the desk will say the same when something is to be signed.
        for language in wording.LANGUAGES:
            click.echo(str(wording.explain(error, language)), err=True)
    services.database.close()
    click.echo(f"正在服务 serving  {settings.address}  ({settings.bind}:{settings.port}, {settings.workers} workers)")
    certificate, key = _for_phones(settings) if settings.lan else (None, None)
    server = Server(
        "licence_qr.web.wsgi:application",
        factory=True,
        address=settings.bind,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=BLOCKING_THREADS,
        log_access=False,
        ssl_cert=certificate,
        ssl_key=key,
    )
    server.serve()


def _for_phones(settings: Settings) -> tuple[Path, Path]:
    """Certificate and key of the server, and for the people in front of it the address, in letters and as a QR."""
    hosts = (urlsplit(settings.address).hostname or "localhost", "localhost", "127.0.0.1")
    certificate, key = lan_certificate(settings.home, hosts, datetime.now(UTC))
    page = f"{settings.address}/verify"
    if sys.stdout.isatty():
        click.echo("\n".join(terminal_lines(page)))
    click.echo(f"手机连同一网络后打开 on a phone in the same network, open  {page}")
    click.echo(f"二维码图片 the same as a QR   {picture(settings.home, page)}")
    click.echo(
        f"手机会提示证书；离线使用需先装入它 phones warn of the certificate; offline use needs it installed  {certificate}"
    )
    return certificate, key


@click.group()
def account() -> None:
    """People who sign in at the desk."""


@account.command("add")
@click.argument("username")
@click.option("--name", "display_name", required=True, help="Name shown at the desk.")
@click.option("--office", required=True, help="Office id of the catalogue, for instance baishiyi.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
def add_account(username: str, display_name: str, office: str, roles: tuple[str, ...]) -> None:
    """Add a person; the starting password is printed once and stored nowhere."""
    services = build(load_settings())
    if office not in services.catalogue.offices:
        raise ConfigError("office_unknown", office=office, known="、".join(services.catalogue.offices))
    password = secrets.token_urlsafe(STARTING_PASSWORD_BYTES)
    services.accounts.create(
        username, display_name, office, frozenset(Role(role) for role in roles), password, datetime.now(UTC)
    )
    click.echo(f"用户名 user      {username}")
    click.echo(f"初始密码 password {password}")


@account.command("password")
@click.argument("username")
def new_password(username: str) -> None:
    """Give a person a new password, printed once, and end all their sessions."""
    password = secrets.token_urlsafe(STARTING_PASSWORD_BYTES)
    build(load_settings()).accounts.set_password(username, password, datetime.now(UTC))
    click.echo(f"用户名 user      {username}")
    click.echo(f"新密码 password  {password}")


@account.command("disable")
@click.argument("username")
def disable_account(username: str) -> None:
    """Let a person sign in no more, and end all their sessions. What they did stays in the history."""
    build(load_settings()).accounts.disable(username, datetime.now(UTC))
    click.echo(f"已停用 disabled   {username}")
