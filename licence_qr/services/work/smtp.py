"""Send messages of the outbox to a mail server (SMTP, RFC 5321), encrypted unless configured otherwise.

A message is moved out of the outbox after the server has accepted it. If the connection breaks in between, it is sent
again with the same Message-ID, by which mail systems recognise duplicates.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from licence_qr.errors import ConfigError
from licence_qr.services.work.outbox import REFUSED, SENT, Outbox

TIMEOUT_SECONDS = 30.0
_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """``security`` is ``starttls``, ``tls`` or ``none``; the certificate is always checked, with ``ca_file`` if set."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None

    def deliver(self, outbox: Outbox) -> tuple[int, int]:
        """Send the messages; return how many were sent, and how many were refused permanently and put aside.

        Raises ConfigError ``smtp_unreachable``, ``smtp_refused``, ``smtp_password_unreadable`` or ``smtp_login_not_ascii``;
        messages not sent stay in the outbox.
        """
        waiting = outbox.messages()
        if not waiting:
            return 0, 0
        sent = refused = 0
        with self._connected(self._password()) as server:
            for path in waiting:
                taken = self._send(server, path)
                outbox.put_aside(path, SENT if taken else REFUSED)
                sent, refused = sent + taken, refused + (not taken)
        return sent, refused

    def _send(self, server: smtplib.SMTP, path: Path) -> bool:
        """Send one message; False if it was refused permanently. Raises ConfigError for a temporary failure."""
        content = path.read_bytes()
        message = message_from_bytes(content, EmailMessage, policy=policy.SMTP)
        [sender], to = ([each.addr_spec for each in message[name].addresses] for name in ("From", "To"))
        if not all(
            map(str.isascii, (sender, *to))
        ):  # few servers take it (RFC 6531), and the others need not wait for it
            return False
        try:
            server.sendmail(sender, to, content)  # as it lies there: send_message would fold its headers anew
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if all(code >= _PERMANENT for code in codes):
                return False
            raise self._refused(min(codes)) from error
        except smtplib.SMTPResponseException as error:
            if isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= _PERMANENT:
                return False
            raise self._refused(error.smtp_code) from error
        return True

    @contextmanager
    def _connected(self, password: str) -> Iterator[smtplib.SMTP]:
        try:
            with self._open() as server:
                if self.security == "starttls":
                    server.starttls(context=self._trust())
                if self.user:
                    self._sign_in(server, password)
                yield server
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code) from error
        except (OSError, smtplib.SMTPException) as error:
            because = getattr(error, "strerror", None) or type(error).__name__
            raise ConfigError("smtp_unreachable", host=self.host, port=self.port, because=because) from error

    def _sign_in(self, server: smtplib.SMTP, password: str) -> None:
        try:
            server.login(self.user, password)
        except UnicodeEncodeError as error:  # of smtplib, which sends no other characters
            raise ConfigError("smtp_login_not_ascii", host=self.host, port=self.port) from error

    def _open(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=self._trust())
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)

    def _password(self) -> str:
        if self.password_file is None:
            return ""
        try:
            return self.password_file.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("smtp_password_unreadable", path=self.password_file) from error

    def _refused(self, code: int) -> ConfigError:
        return ConfigError("smtp_refused", host=self.host, port=self.port, answer=code)
