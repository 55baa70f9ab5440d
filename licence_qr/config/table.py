"""All settings: the one table of their names, kinds, defaults and meanings.

docs/running/settings.md and ``licence-qr settings`` say what stands here; a test compares them. A setting has one name:
``LICENCE_QR_PORT`` in the environment is ``port`` in the settings file.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from licence_qr.config.kinds import (
    FilePath,
    HostName,
    Issuer,
    Mailbox,
    OneOf,
    Origin,
    OwnAddress,
    PlainText,
    Proxies,
    StaffClaim,
    Switch,
    TextList,
    WholeNumber,
)
from licence_qr.errors import ConfigError
from licence_qr.wording.text import Text

PREFIX = "LICENCE_QR_"
FILE = f"{PREFIX}SETTINGS"  # which file is read cannot stand in that file

# The value of another setting, by name: what a default may follow.
Others = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Setting:
    """``default`` is the text that counts where nothing is set, or what makes it from other settings.

    ``default_words`` say that in the documents. ``secret``: the file named holds a secret (``licence_qr.config.shown``).
    ``credential`` is the name under which systemd may hand that file to a service: it counts where nothing is set.
    """

    name: str
    kind: PlainText
    default: str | Callable[[Others], str]
    default_words: str
    meaning: Text
    secret: bool = False
    credential: str = ""

    @property
    def key(self) -> str:
        """Its name in the settings file."""
        return self.name.removeprefix(PREFIX).lower()


def _below_home(name: str) -> Callable[[Others], str]:
    return lambda others: str(Path(others("LICENCE_QR_HOME")).resolve() / name)


def _is_lan(others: Others) -> bool:
    return others("LICENCE_QR_LAN") == "1"


def _own_address(others: Others) -> str:
    scheme, host = ("https", _lan_host()) if _is_lan(others) else ("http", "127.0.0.1")
    return f"{scheme}://{host}:{others('LICENCE_QR_PORT')}"


def _lan_host() -> str:
    """This machine's address on the local network. Connecting a datagram socket chooses the way and sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address that nobody has
        except OSError:
            raise ConfigError("lan_without_network", name="LICENCE_QR_LAN") from None
        host: str = probe.getsockname()[0]
        return host


def _own_bind(others: Others) -> str:
    return "0.0.0.0" if _is_lan(others) else "127.0.0.1"  # noqa: S104 - that is what was asked for


def _smtp_port(others: Others) -> str:
    return "465" if others("LICENCE_QR_SMTP_SECURITY") == "tls" else "587"


_PORT = WholeNumber("8000", 1, 65535)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        FILE,
        FilePath('"/etc/licence-qr/settings.toml"'),
        "",
        "none: environment and defaults only",
        Text("设置文件（TOML）；也可写 --settings", "the settings file (TOML); the option `--settings` names it too"),
    ),
    Setting(
        "LICENCE_QR_HOME",
        FilePath('"/var/lib/licence-qr"'),
        "var",
        "`var`",
        Text("登记库及其文件所在的文件夹", "folder of the register (`register.db`) and the files that belong to it"),
    ),
    Setting(
        "LICENCE_QR_KEYS",
        FilePath('"/var/lib/licence-qr-keys"'),
        "keys",
        "`keys`",
        Text("签名密钥和信任列表所在的文件夹", "folder of the signing keys and the trust list"),
    ),
    Setting(
        "LICENCE_QR_PASSPHRASE_FILE",
        FilePath('"/etc/licence-qr/key-passphrase"'),
        _below_home("key-passphrase"),
        "`key-passphrase` in `LICENCE_QR_HOME`",
        Text("存放私钥口令的文件", "file that holds the passphrase of the private keys, mode 0600"),
        secret=True,
        credential="key-passphrase",
    ),
    Setting(
        "LICENCE_QR_ADDRESS",
        Origin('"https://ym.example.gov.cn"'),
        _own_address,
        "`http://127.0.0.1:` and the port",
        Text("二维码指向的网址", "the origin that every code leads to, `https://host` in lower case without a path"),
    ),
    Setting(
        "LICENCE_QR_BIND",
        OwnAddress('"127.0.0.1"'),
        _own_bind,
        "`127.0.0.1`",
        Text("监听的网络地址", "network address to listen on"),
    ),
    Setting(
        "LICENCE_QR_PORT",
        _PORT,
        "8000",
        "`8000`",
        Text("监听的端口", "port to listen on, 1 to 65535"),
    ),
    Setting(
        "LICENCE_QR_WORKERS",
        WholeNumber("2", 1, 64),
        "2",
        "`2`",
        Text("服务进程数", "server processes, 1 to 64"),
    ),
    Setting(
        "LICENCE_QR_START_CHECK_SECONDS",
        WholeNumber("10", 1, 3600),
        "10",
        "`10`",
        Text(
            "启动时最多检查登记库多少秒", "for how many seconds at most the register is checked at the start, 1 to 3600"
        ),
    ),
    Setting(
        "LICENCE_QR_TRUSTED_PROXIES",
        Proxies('["127.0.0.1"]'),
        "",
        "empty: none",
        Text("受信任的代理的地址", "addresses of the proxies in front whose forwarded headers are trusted"),
    ),
    Setting(
        "LICENCE_QR_METRICS_TOKEN_FILE",
        FilePath('"/etc/licence-qr/metrics-token"'),
        "",
        "none: only programs on this machine may read them",
        Text(
            "读取监控数据的令牌文件", "file that holds the token for `/metrics` and the details of `/readyz`, mode 0600"
        ),
        secret=True,
        credential="metrics-token",
    ),
    Setting(
        "LICENCE_QR_PKCS11_MODULE",
        FilePath('"/usr/lib/softhsm/libsofthsm2.so"'),
        "",
        "none: all keys are files",
        Text("硬件密码模块的库（PKCS#11）", "path of the library (`.so`) of a hardware module over PKCS#11"),
    ),
    Setting(
        "LICENCE_QR_PKCS11_TOKEN",
        PlainText('"licence-qr"'),
        "licence-qr",
        "`licence-qr`",
        Text("该模块中令牌的标签", "label of the token of that module"),
    ),
    Setting(
        "LICENCE_QR_PKCS11_PIN_FILE",
        FilePath('"/etc/licence-qr/pkcs11-pin"'),
        _below_home("pkcs11-pin"),
        "`pkcs11-pin` in `LICENCE_QR_HOME`",
        Text("存放令牌 PIN 的文件", "file that holds the user PIN of the token, mode 0600"),
        secret=True,
        credential="pkcs11-pin",
    ),
    Setting(
        "LICENCE_QR_SIGNER_SOCKET",
        FilePath('"/run/licence-qr-signer/socket"'),
        "",
        "empty: `serve` starts a signer of its own, and commands sign themselves",
        Text(
            "签名程序（`sign-service`）的套接字；其他进程由它签名，自己不持有密钥",
            "the socket of the signer (`sign-service`): the other processes have it sign, and hold no key",
        ),
    ),
    Setting(
        "LICENCE_QR_LAN",
        Switch("true"),
        "0",
        "`0`",
        Text(
            "用 TLS 在局域网提供服务，用真手机试用", "`1`: serve the local network over TLS, to test with real phones"
        ),
    ),
    Setting(
        "LICENCE_QR_WORKING_DAYS",
        FilePath('"/etc/licence-qr/working-days.toml"'),
        "",
        "none: the years included in the package",
        Text(
            "本版之后公布的节假日（TOML）", "TOML file with holidays and make-up workdays announced after this release"
        ),
    ),
    Setting(
        "LICENCE_QR_OUTBOX",
        FilePath('"/var/lib/licence-qr/outbox"'),
        _below_home("outbox"),
        "`outbox` in `LICENCE_QR_HOME`",
        Text("提醒写入的文件夹", "folder into which reminders are written, one `.eml` file each"),
    ),
    Setting(
        "LICENCE_QR_MAIL_FROM",
        Mailbox('"window@example.org"'),
        "licence-qr@localhost",
        "`licence-qr@localhost`",
        Text("提醒的发件人", "sender of the reminders"),
    ),
    Setting(
        "LICENCE_QR_MAIL_TO",
        Mailbox('"window@example.org"'),
        "",
        "empty: they get no reminders, and `licence-qr remind` says so",
        Text("没有邮箱的窗口用的邮箱", "mailbox for offices that name none in `offices.toml`"),
    ),
    Setting(
        "LICENCE_QR_SMTP_HOST",
        HostName('"mail.example.org"'),
        "",
        "empty: they stay in the outbox",
        Text("发送提醒的邮件服务器", "mail server that takes the reminders"),
    ),
    Setting(
        "LICENCE_QR_SMTP_PORT",
        WholeNumber("587", 1, 65535),
        _smtp_port,
        "`587`, with `tls` `465`",
        Text("邮件服务器的端口", "its port"),
    ),
    Setting(
        "LICENCE_QR_SMTP_SECURITY",
        OneOf('"starttls"', ("starttls", "tls", "none")),
        "starttls",
        "`starttls`",
        Text("与邮件服务器的连接方式", "`starttls`, `tls`, or `none` for a server on this machine"),
    ),
    Setting(
        "LICENCE_QR_SMTP_USER",
        PlainText('"window"'),
        "",
        "empty: no sign-in",
        Text("邮件服务器的用户名", "user name at the mail server"),
    ),
    Setting(
        "LICENCE_QR_SMTP_PASSWORD_FILE",
        FilePath('"/etc/licence-qr/smtp-password"'),
        "",
        "none",
        Text("存放该用户密码的文件", "file that holds the password of that user, mode 0600"),
        secret=True,
        credential="smtp-password",
    ),
    Setting(
        "LICENCE_QR_SMTP_CA_FILE",
        FilePath('"/etc/licence-qr/mail-ca.pem"'),
        "",
        "none: those the system trusts",
        Text(
            "邮件服务器的证书颁发机构（PEM）",
            "certificate authority (PEM) of a mail server with a certificate of your own",
        ),
    ),
    Setting(
        "LICENCE_QR_OIDC_ISSUER",
        Issuer('"https://sso.example.gov.cn/realms/staff"'),
        "",
        "none: nobody signs in by an identity service",
        Text("统一身份认证平台的签发者网址", "issuer of the identity service by which staff may sign in"),
    ),
    Setting(
        "LICENCE_QR_OIDC_NAME",
        PlainText('"区统一身份认证平台"'),
        "统一身份认证平台",
        "`统一身份认证平台`",
        Text("登录页上该平台的名称", "what the sign-in page calls it"),
    ),
    Setting(
        "LICENCE_QR_OIDC_CLIENT_ID",
        PlainText('"licence-qr"'),
        "",
        "none",
        Text("本系统在该平台登记的编号", "identifier under which this service is registered there"),
    ),
    Setting(
        "LICENCE_QR_OIDC_CLIENT_SECRET_FILE",
        FilePath('"/etc/licence-qr/oidc-secret"'),
        _below_home("oidc-secret"),
        "`oidc-secret` in `LICENCE_QR_HOME`",
        Text("存放该平台所发密钥的文件", "file that holds the secret of that registration, mode 0600"),
        secret=True,
        credential="oidc-secret",
    ),
    Setting(
        "LICENCE_QR_OIDC_STAFF_CLAIM",
        StaffClaim('"employee_number"'),
        "",
        "none",
        Text("载有工号的声明", "claim of the ID token that carries the staff number"),
    ),
    Setting(
        "LICENCE_QR_OIDC_ACR_VALUES",
        TextList('["urn:example:two-factors"]'),
        "",
        "empty: none counts",
        Text("算作第二重验证的 acr 值", "values of `acr` that count as a second factor"),
    ),
    Setting(
        "LICENCE_QR_OIDC_AMR_VALUES",
        TextList('["mfa"]'),
        "",
        "empty: none counts",
        Text("算作第二重验证的 amr 值", "values of `amr` that count as a second factor"),
    ),
    Setting(
        "LICENCE_QR_OIDC_CA_FILE",
        FilePath('"/etc/licence-qr/government-ca.pem"'),
        "",
        "none: those the system trusts",
        Text(
            "该平台的证书颁发机构（PEM）",
            "certificate authority (PEM) of an identity service with a certificate of its own",
        ),
    ),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}
