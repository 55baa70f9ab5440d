"""Reminders: each step once, in the outbox whole and never twice, whatever stops the run; and over a real mail server."""

from __future__ import annotations

import errno
import os
import signal
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from shipped import CATALOGUE
from work_register import add_permit

from bench.load import free_port
from licence_qr.domain.roles import at_console
from licence_qr.domain.work.tasks import DueStep
from licence_qr.errors import ConfigError
from licence_qr.services.keys.lan_certificate import lan_certificate
from licence_qr.services.work.outbox import Outbox
from licence_qr.services.work.reminders import PostOffice, Reminders
from licence_qr.services.work.smtp import MailServer
from licence_qr.store.database.connections import Database
from licence_qr.store.register import traces

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BY = at_console("keeper")


@pytest.fixture
def outbox(tmp_path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def reminders_of(
    database: Database, outbox: Outbox, server: MailServer | None = None, catalogue=CATALOGUE
) -> Reminders:
    return Reminders(database, catalogue, PostOffice(outbox, server, "register@example.org", "", "https://ym.example"))


def expiring(database: Database, serial: int, days: int, **changes) -> int:
    end = (TODAY + timedelta(days=days)).isoformat()
    return add_permit(database, serial, valid_from="2025-06-01", valid_to=end, **changes)


def names(outbox: Outbox) -> list[str]:
    return [path.name for path in outbox.messages()]


def read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)


def test_a_reminder_is_written_at_each_step_once(database, outbox):
    key = expiring(database, 1, 95)
    reminders = reminders_of(database, outbox)
    written = [(day, reminders.run(BY, NOW + timedelta(days=day)).written) for day in range(110)]
    assert [day for day, count in written if count] == [5, 35, 66, 96]
    end, in_time = TODAY + timedelta(days=95), TODAY + timedelta(days=65)  # the last day to apply for renewal in time
    steps = ((in_time, "soon"), (in_time, "urgent"), (end, "urgent"), (end, "overdue"))
    assert names(outbox) == sorted(f"{day}-permit_expiring-permit-{key}-{step}.eml" for day, step in steps)


def test_steps_that_passed_unseen_are_not_caught_up_on(database, outbox):
    expiring(database, 1, 10)
    reminders = reminders_of(database, outbox)
    assert reminders.run(BY, NOW).written == 1
    assert [due.step for due in reminders.due(NOW + timedelta(days=20))] == [DueStep.OVERDUE]


def test_who_ran_it_is_recorded_with_how_many_each_office_is_sent(database, outbox):
    for serial in range(3):
        expiring(database, serial, 10)
    reminders = reminders_of(database, outbox)
    reminders.run(BY, NOW)
    reminders.run(BY, NOW)  # writes nothing, and is no second export
    with database.read() as tx:
        [row] = traces.everything(tx)
    told = ("actor", "event", "subject", "office", "after")
    assert [row[each] for each in told] == [
        "console:keeper", "exported", "export/reminders", "baishiyi", '{"lines":3}',
    ]  # fmt: skip


def test_a_day_that_was_moved_is_reminded_of_anew(database, outbox):
    key = expiring(database, 1, 10)
    reminders = reminders_of(database, outbox)
    assert reminders.run(BY, NOW).written == 1
    with database.write() as tx:
        tx.run("UPDATE permits SET valid_to = '2026-12-20' WHERE permit_id = ?", (key,))
    assert reminders.run(BY, NOW).written == 1


def test_the_message_goes_to_the_office_and_says_no_more_than_it_must(database, outbox):
    expiring(database, 1, 10, name="示例云栖宾馆")
    reminders_of(database, outbox).run(BY, NOW)
    (path,) = outbox.messages()
    message = read(path)
    assert (message["To"], message["From"]) == ("baishiyi@example.org", "register@example.org")
    assert "还有 10 天" in message["Subject"] and "示例云栖宾馆" in message["Subject"]
    assert message["Message-ID"] == f"<{path.stem}@example.org>"
    text = message.get_content()
    for part in (
        "示例云栖宾馆",
        "重庆市示例路1号",
        "2026-12-03",
        "8 个工作日",
        "https://ym.example/desk/work?kind=permit_expiring",
    ):
        assert part in text
    assert "13800001234" not in text and "示例员" not in text
    path.read_bytes().decode("ascii")


def test_a_name_with_line_breaks_makes_no_header_of_its_own(database, outbox):
    expiring(database, 1, 10, name="示例\r\nBcc: somebody@example.org\n宾馆")
    reminders_of(database, outbox).run(BY, NOW)
    (path,) = outbox.messages()
    assert read(path)["Bcc"] is None
    assert "示例 Bcc: somebody@example.org 宾馆" in read(path)["Subject"]


def test_an_office_without_a_mailbox_is_named_and_its_reminders_wait(database, outbox):
    expiring(database, 1, 10)
    silent = {**CATALOGUE.offices, "baishiyi": replace(CATALOGUE.offices["baishiyi"], mailbox="")}
    catalogue = replace(CATALOGUE, offices=silent)
    done = reminders_of(database, outbox, catalogue=catalogue).run(BY, NOW)
    assert (done.written, done.silent) == (0, ("baishiyi",))
    post = PostOffice(outbox, None, "register@example.org", "all@example.org", "https://ym.example")
    assert Reminders(database, catalogue, post).run(BY, NOW).written == 1
    assert read(outbox.messages()[0])["To"] == "all@example.org"


# --- stopped at every point ------------------------------------------------------------------------------------


class Stopped(Outbox):
    """An outbox under a process that is killed at its ``at``-th step of one kind."""

    def __init__(self, folder: Path, step: str, at: int) -> None:
        super().__init__(folder)
        self.step, self.left = step, at

    def _reached(self, step: str) -> None:
        self.left -= step == self.step
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def lay_ready(self, name: str, message: bytes) -> None:
        self._reached("laying")
        super().lay_ready(name, message)

    def release(self, names: list[str]) -> None:
        for name in names:
            self._reached("releasing")
            super().release([name])


def run_and_be_killed(database: Database, folder: Path, step: str, at: int) -> bool:
    """Run in a process of its own; whether it was killed."""
    database.close()  # a connection must not be carried into the child
    child = os.fork()
    if child == 0:
        try:
            reminders_of(Database(database.path), Stopped(folder, step, at)).run(BY, NOW)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("step", ["laying", "releasing"])
@pytest.mark.parametrize("at", [0, 1, 4])
def test_killed_between_write_and_mark_or_after_it_nothing_is_lost_or_doubled(database, outbox, step, at):
    for serial in range(5):
        expiring(database, serial, serial * 20)
    assert run_and_be_killed(database, outbox.folder, step, at)
    # Whoever fetches the outbox does so at any time, and what was fetched must not come again.
    fetched = names(outbox)
    for path in outbox.messages():
        path.unlink()
    done = reminders_of(database, outbox).run(BY, NOW)
    fetched += names(outbox)
    assert len(fetched) == len(set(fetched)) == 5
    assert done.written + done.finished == 5 - (at if step == "releasing" else 0)
    assert all(read(path)["Subject"] for path in outbox.messages())
    assert list((outbox.folder / ".ready").iterdir()) == []
    assert reminders_of(database, outbox).run(BY, NOW).written == 0


def test_a_message_has_its_name_on_the_disk_before_the_register_notes_it(database, outbox, monkeypatch):
    flushed, flush = [], os.fsync

    def note(descriptor: int) -> None:
        folder = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        with database.read() as tx:
            flushed.append((folder, tx.one("SELECT count(*) AS n FROM reminders")["n"]))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    expiring(database, 1, 10)
    reminders_of(database, outbox).run(BY, NOW)
    assert [noted for folder, noted in flushed if folder == outbox.folder / ".ready"] == [0]
    assert [noted for folder, noted in flushed if folder == outbox.folder][-1] == 1


def test_an_outbox_that_cannot_be_written_is_named(database, tmp_path):
    (tmp_path / "file").write_text("")
    expiring(database, 1, 10)
    with pytest.raises(ConfigError) as refused:
        reminders_of(database, Outbox(tmp_path / "file" / "outbox")).run(BY, NOW)
    assert refused.value.code == "outbox_not_written"


# --- a real mail server ----------------------------------------------------------------------------------------


class Inbox:
    """What the server took, and what it refuses."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.headers: list[bytes] = []
        self.answer: Callable[[str], str] = lambda _: "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        message = message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
        answer = self.answer(message["Subject"])
        if answer.startswith("250"):
            self.taken.append(message)
            self.headers.append(envelope.content.partition(b"\r\n\r\n")[0])
        return answer


def started(inbox: Inbox, **settings: Any) -> Controller:
    """A mail server that listens. Where somebody else has taken the port since it was found free, others are tried."""
    while True:
        controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), **settings)
        try:
            controller.start()
        except OSError as refused:
            if refused.errno != errno.EADDRINUSE:
                raise
        else:
            return controller


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def plain(inbox) -> Iterator[MailServer]:
    """A server without encryption, as one on the same machine may be."""
    controller = started(inbox)
    yield MailServer("127.0.0.1", controller.port, "none")
    controller.stop()


def test_what_is_written_is_sent_once_and_kept_as_sent(database, outbox, inbox, plain):
    expiring(database, 1, 10)
    expiring(database, 2, 40)
    reminders = reminders_of(database, outbox, plain)
    first, second = reminders.run(BY, NOW), reminders.run(BY, NOW)
    assert (first.written, first.sent, first.waiting) == (2, 2, 0)
    assert (second.written, second.sent) == (0, 0)
    assert len({message["Message-ID"] for message in inbox.taken}) == 2
    assert len(list((outbox.folder / "sent").iterdir())) == 2
    assert "示例1号宾馆" in inbox.taken[0]["Subject"]


@pytest.mark.parametrize(
    "name",
    [
        "示例" * 30,
        "示例 Cloud Rest Hotel Management (Chongqing) Co., Ltd. 云栖宾馆",
        " ".join(["Hôtel", "示例"] * 12),
        "示 " * 40 + "店",
        "示例（重庆）酒店管理有限公司 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 分店",
        "a" * 60,
    ],
)
def test_a_subject_arrives_as_it_was_written(database, outbox, inbox, plain, name):
    expiring(database, 1, 10, name=name)
    reminders_of(database, outbox, plain).run(BY, NOW)
    assert inbox.taken[0]["Subject"] == f"【还有 10 天，8 个工作日】许可将到期 Permit expiring：{name}"
    assert b"?==?" not in inbox.headers[0]  # RFC 2047, section 2: white space between encoded words


def test_an_address_that_the_server_cannot_take_holds_up_no_other(database, outbox, inbox):
    offices = {**CATALOGUE.offices, "baishiyi": replace(CATALOGUE.offices["baishiyi"], mailbox="窗口@example.org")}
    expiring(database, 1, 10)
    reminders_of(database, outbox, catalogue=replace(CATALOGUE, offices=offices)).run(BY, NOW)
    expiring(database, 2, 40)
    controller = started(inbox, enable_SMTPUTF8=False)
    done = reminders_of(database, outbox, MailServer("127.0.0.1", controller.port, "none")).run(BY, NOW)
    controller.stop()
    assert (done.sent, done.refused, done.waiting) == (1, 1, 0)


def test_what_the_server_does_not_take_now_is_sent_by_the_next_run(database, outbox, inbox, plain):
    expiring(database, 1, 10)
    expiring(database, 2, 40)
    reminders = reminders_of(database, outbox, plain)
    inbox.answer = lambda _: "451 try again later"
    with pytest.raises(ConfigError) as refused:
        reminders.run(BY, NOW)
    assert (refused.value.code, refused.value.facts["answer"]) == ("smtp_refused", 451)
    assert len(outbox.messages()) == 2
    inbox.answer = lambda _: "250 OK"
    assert reminders.run(BY, NOW).sent == 2


def test_what_the_server_never_takes_is_put_aside_and_holds_nothing_up(database, outbox, inbox, plain):
    expiring(database, 1, 10, name="坏信")
    expiring(database, 2, 40)
    inbox.answer = lambda subject: "554 no" if "坏信" in subject else "250 OK"
    done = reminders_of(database, outbox, plain).run(BY, NOW)
    assert (done.sent, done.refused, done.waiting) == (1, 1, 0)
    assert len(list((outbox.folder / "refused").iterdir())) == 1


def test_a_server_out_of_reach_is_named_and_everything_stays_in_the_outbox(database, outbox, plain):
    expiring(database, 1, 10)
    nobody = replace(plain, port=1)
    with pytest.raises(ConfigError) as refused:
        reminders_of(database, outbox, nobody).run(BY, NOW)
    assert (refused.value.code, refused.value.facts["port"]) == ("smtp_unreachable", 1)
    assert len(outbox.messages()) == 1
    assert reminders_of(database, outbox, plain).run(BY, NOW).sent == 1


@pytest.fixture
def encrypted(inbox, tmp_path) -> Iterator[MailServer]:
    """A server that takes mail over TLS and from people it knows alone."""
    certificate, key = lan_certificate(tmp_path, ["127.0.0.1"], datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def know(server, session, envelope, mechanism, data) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"register", b"only-for-tests")
        return AuthResult(success=known, handled=False)

    settings = {"tls_context": context, "require_starttls": True, "authenticator": know, "auth_required": True}
    controller = started(inbox, **settings)
    (tmp_path / "password").write_text("only-for-tests\n")
    port = controller.port
    yield MailServer("127.0.0.1", port, "starttls", "register", tmp_path / "password", certificate)
    controller.stop()


@pytest.mark.parametrize("saved", ["only-for-tests", "\ufeffonly-for-tests\r\n"])
def test_mail_goes_encrypted_and_signed_in_to_a_server_whose_certificate_is_trusted(
    database, outbox, inbox, encrypted, saved
):
    encrypted.password_file.write_text(saved, encoding="utf-8")
    expiring(database, 1, 10)
    assert reminders_of(database, outbox, encrypted).run(BY, NOW).sent == 1
    assert len(inbox.taken) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ca_file": None}, "smtp_unreachable"),
        ({"security": "none"}, "smtp_unreachable"),
        ({"user": "somebody"}, "smtp_refused"),
        ({"password_file": Path("/nowhere/password")}, "smtp_password_unreadable"),
        ({"user": "窗口"}, "smtp_login_not_ascii"),
    ],
)
def test_without_trust_encryption_or_password_nothing_is_sent(database, outbox, inbox, encrypted, change, code):
    expiring(database, 1, 10)
    with pytest.raises(ConfigError) as refused:
        reminders_of(database, outbox, replace(encrypted, **change)).run(BY, NOW)
    assert refused.value.code == code
    assert inbox.taken == [] and len(outbox.messages()) == 1


@pytest.mark.parametrize(
    ("encoding", "code"), [("utf-8", "smtp_login_not_ascii"), ("gb18030", "smtp_password_unreadable")]
)
def test_a_password_that_cannot_be_sent_is_told(database, outbox, encrypted, encoding, code):
    encrypted.password_file.write_text("一个中文口令", encoding=encoding)
    expiring(database, 1, 10)
    with pytest.raises(ConfigError) as refused:
        reminders_of(database, outbox, encrypted).run(BY, NOW)
    assert refused.value.code == code and len(outbox.messages()) == 1
