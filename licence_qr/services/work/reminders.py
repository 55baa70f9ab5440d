"""Reminders by mail: one message for each task and step (90, 60, 30 days, overdue), to the mailbox of the office.

Messages go only to offices, and name only the business and its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from email import policy
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime

from licence_qr.domain.catalogue.model import Catalogue, Office
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.domain.work.task_words import counted, days_left, name_of
from licence_qr.domain.work.tasks import OF_PEOPLE, TaskKind, TimeLeft, time_left
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.work.outbox import Outbox
from licence_qr.services.work.pending_due import dated
from licence_qr.services.work.questions import question_of_office
from licence_qr.services.work.smtp import MailServer
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.work import reminders
from licence_qr.store.work.reminders import Due

BATCH = 200
_AS_SENT = policy.compat32.clone(linesep="\r\n")
# Tasks that wait for a colleague in the same office need no mail, and mails name nobody but businesses.
_REMINDED_OF = tuple(kind for kind in TaskKind if not kind.value.startswith("proposal") and kind not in OF_PEOPLE)


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Where reminders are sent, and the sender. ``server`` None: they stay in the outbox for another program to fetch.

    ``fallback`` gets those of offices without a mailbox; ``address`` is the origin of links.
    """

    outbox: Outbox
    server: MailServer | None
    sender: str
    fallback: str
    address: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """The result of a run. ``finished`` were left by a stopped run; ``silent`` are offices without a mailbox."""

    written: int
    finished: int
    sent: int
    refused: int
    waiting: int
    silent: tuple[str, ...]


class Reminders:
    """The use case of ``licence-qr remind``."""

    def __init__(self, database: Database, catalogue: Catalogue, post: PostOffice) -> None:
        self._database = database
        self._catalogue = catalogue
        self._post = post

    def due(self, now: datetime, most: int = 10_000) -> tuple[Due, ...]:
        """The reminders that a run would write now, at most ``most`` per office. Writes nothing."""
        found: list[Due] = []
        for office in self._reached():
            with self._database.read() as tx:
                found += self._unwritten(tx, office, local_date(now), most)
        return tuple(found)

    def run(self, by: Actor, now: datetime) -> Reminded:
        """Write reminders that are due and not yet written, then send the outbox if there is a mail server.

        ``by`` runs it, and is recorded with how many each office is sent. It can be stopped at any point and run again:
        nothing is lost or written to the outbox twice. Raises ConfigError ``outbox_not_written``, ``smtp_unreachable`` and
        ``smtp_refused``.
        """
        outbox, server = self._post.outbox, self._post.server
        with outbox.exclusive_lock():
            finished = outbox.finish(self._noted)
            written = sum(self._write(office, by, now) for office in self._reached())
            sent, refused = server.deliver(outbox) if server else (0, 0)
            waiting = len(outbox.messages())
        silent = tuple(o.id for o in self._catalogue.offices.values() if not self._mailbox(o))
        return Reminded(written, finished, sent, refused, waiting, silent)

    def _write(self, office: Office, by: Actor, now: datetime) -> int:
        """Write all reminders of one office, in batches: to ``.ready``, to the register, to the outbox."""
        outbox, written = self._post.outbox, 0
        while True:
            with self._database.read() as tx:
                batch = self._unwritten(tx, office, local_date(now), BATCH)
            if not batch:
                return written
            named = [(due, file_name(due)) for due in batch]
            for due, name in named:
                outbox.lay_ready(name, self.message(office, due, now).as_bytes(policy=_AS_SENT))
            outbox.settle()
            with self._database.write() as tx:
                reminders.mark(tx, named, now)
                events.write(tx, _taken(office, len(named), by, now))
            outbox.release([name for _, name in named])
            written += len(batch)

    def message(self, office: Office, due: Due, now: datetime) -> MIMEText:
        """The reminder of one task: plain text, Chinese before English, always with the same Message-ID.

        The subject is encoded as a whole (RFC 2047): where only the words that need it are, as ``EmailMessage`` does, spaces
        between them are lost.
        """
        task = due.task
        rules = self._catalogue.life_rules_on(local_date(now))
        left = time_left(task.due_on, local_date(now), self._catalogue.working_calendar, rules)
        kind = name_of(task.kind, left)
        name = _one_line(task.holder_name) or "—"
        message = MIMEText(self._text(office, due, left), "plain", "utf-8")  # in base64, for 7-bit servers
        message["From"] = self._post.sender
        message["To"] = self._mailbox(office)
        subject = f"【{_left_zh(task.kind, left)}】{kind.zh} {kind.en}：{name}"
        message["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{file_name(due).removesuffix('.eml')}@{self._post.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers to it
        return message

    def _text(self, office: Office, due: Due, left: TimeLeft) -> str:
        task, kind = due.task, name_of(due.task.kind, left)
        name, place = _one_line(task.holder_name) or "—", _one_line(task.address) or "—"
        day = task.due_on.isoformat() if task.due_on else ""
        link = f"{self._post.address}/desk/work?kind={task.kind.value}"
        return (
            f"事项：{kind.zh}\n名称：{name}\n地址：{place}\n期限：{day}（{_left_zh(task.kind, left)}）\n"
            f"窗口：{office.name.zh}\n办理：{link}\n\n"
            f"Task: {kind.en}\nName: {name}\nAddress: {place}\nDue on: {day} ({_left_en(task.kind, left)})\n"
            f"Office: {office.name.en}\nDealt with at: {link}\n"
        )

    def _unwritten(self, tx: Transaction, office: Office, today: date, most: int) -> tuple[Due, ...]:
        asked = question_of_office(self._catalogue, office.id, _REMINDED_OF, today)
        return reminders.unwritten(tx, dated(tx, self._catalogue, asked), most)

    def _reached(self) -> tuple[Office, ...]:
        return tuple(office for office in self._catalogue.offices.values() if self._mailbox(office))

    def _mailbox(self, office: Office) -> str:
        return office.mailbox or self._post.fallback

    def _noted(self, file: str) -> bool:
        with self._database.read() as tx:
            return reminders.is_marked(tx, file)


def _taken(office: Office, many: int, by: Actor, now: datetime) -> NewEvent:
    """Names and addresses leave the register with the messages."""
    told = {"lines": many}
    return NewEvent(kind=EventKind.EXPORTED, subject="export/reminders", at=now, by=by, office=office.id, after=told)


def file_name(due: Due) -> str:
    """The name of the file and of the message: the same for the same task, due day and step."""
    task = due.task
    return f"{task.due_on}-{task.kind.value}-{task.subject.replace('/', '-')}-{due.step.value}.eml"


def _one_line(text: str) -> str:
    """``text`` without line breaks and control characters, which are not allowed in a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _left_zh(kind: TaskKind, left: TimeLeft) -> str:
    working = "，工作日未知" if left.working_days is None else f"，{abs(left.working_days)} 个工作日"
    return days_left(kind, left).zh + (working if left.days is not None else "")


def _left_en(kind: TaskKind, left: TimeLeft) -> str:
    many = left.working_days
    working = ", working days unknown" if many is None else f", {counted(abs(many), 'working day')}"
    return days_left(kind, left).en + (working if left.days is not None else "")
