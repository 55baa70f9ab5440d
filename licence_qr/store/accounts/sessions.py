"""Sessions. The token itself is never stored, only its SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.people import SessionFilter
from licence_qr.domain.accounts.stages import OpenedBy, SignInStage
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in. ``client`` is the address it came from, ``device`` a few words for the device, ``wants`` what is
    missing, ``opened_by`` what opened it."""

    session_id: str
    user_id: int
    client: str
    device: str = ""
    wants: SignInStage | None = None
    opened_by: OpenedBy = OpenedBy.PASSWORD
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked: bool


def add(tx: Transaction, session: Session, token_hash: bytes) -> None:
    """Add a session."""
    tx.run(
        "INSERT INTO sessions (session_id, token_hash, user_id, client, device, created_at, last_seen_at,"
        " expires_at, wants, opened_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.session_id,
            token_hash,
            session.user_id,
            session.client,
            session.device,
            session.created_at.isoformat(),
            session.last_seen_at.isoformat(),
            session.expires_at.isoformat(),
            session.wants or "",
            session.opened_by,
        ),
    )


def by_hash(tx: Transaction, token_hash: bytes) -> Session | None:
    """The session of this token, live or not, or None."""
    row = tx.one("SELECT * FROM sessions WHERE token_hash = ?", (token_hash,))
    return _session(row) if row else None


def opened_by(tx: Transaction, session_id: str) -> OpenedBy:
    """What opened a session."""
    row = tx.one("SELECT opened_by FROM sessions WHERE session_id = ?", (session_id,))
    return OpenedBy(row["opened_by"]) if row else OpenedBy.PASSWORD


def get(tx: Transaction, session_id: str) -> Session | None:
    """The session with this identifier, live or not, or None."""
    row = tx.one("SELECT * FROM sessions WHERE session_id = ?", (session_id,))
    return _session(row) if row else None


def live_of(tx: Transaction, user_id: int, now: datetime) -> tuple[Session, ...]:
    """The live sessions of one person, newest first."""
    rows = tx.all(
        "SELECT * FROM sessions WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY created_at DESC",
        (user_id, now.isoformat()),
    )
    return tuple(_session(row) for row in rows)


def live(
    tx: Transaction, wanted: SessionFilter, alive: tuple[datetime, datetime], limit: int, offset: int = 0
) -> tuple[Session, ...]:
    """The live sessions that ``wanted`` selects, last used first. ``alive``: now, and when the idle ones were used last."""
    where, values = _where(wanted, alive)
    sql = f"SELECT s.* {_OF_PEOPLE} WHERE {where} ORDER BY s.last_seen_at DESC, s.session_id LIMIT ? OFFSET ?"
    return tuple(map(_session, tx.all(sql, (*values, limit, offset))))


def count_live(tx: Transaction, wanted: SessionFilter, alive: tuple[datetime, datetime]) -> int:
    """How many live sessions ``wanted`` selects."""
    where, values = _where(wanted, alive)
    row = tx.one(f"SELECT count(*) AS n {_OF_PEOPLE} WHERE {where}", values)
    return int(row["n"]) if row else 0


_OF_PEOPLE = "FROM sessions s JOIN users u ON u.user_id = s.user_id"


def _where(wanted: SessionFilter, alive: tuple[datetime, datetime]) -> tuple[str, tuple[str | int, ...]]:
    now, used_since = (each.isoformat() for each in alive)
    parts: list[tuple[str, tuple[str | int, ...]]] = [
        (
            "s.revoked_at IS NULL AND u.disabled_at IS NULL AND s.expires_at > ? AND s.last_seen_at >= ?",
            (now, used_since),
        )
    ]
    if wanted.office:
        parts.append(("u.office = ?", (wanted.office,)))
    if wanted.person_id:
        parts.append(("u.person_id = ?", (wanted.person_id,)))
    if wanted.text:
        parts.append(("instr(u.display_name || ' ' || u.username, ?) > 0", (wanted.text,)))
    return " AND ".join(part for part, _ in parts), tuple(value for _, values in parts for value in values)


def last_of(tx: Transaction, user_id: int) -> datetime | None:
    """When this account signed in last; None if it never did, or only before registers kept the last session."""
    row = tx.one("SELECT max(created_at) AS at FROM sessions WHERE user_id = ?", (user_id,))
    return datetime.fromisoformat(row["at"]) if row and row["at"] else None


def any_opened_by(tx: Transaction, user_id: int, by: OpenedBy, since: datetime) -> bool:
    """Whether ``by`` has opened the account since; of sessions that ended long ago the last one alone is known."""
    sql = "SELECT 1 FROM sessions WHERE user_id = ? AND opened_by = ? AND created_at >= ? LIMIT 1"
    return tx.one(sql, (user_id, by, since.isoformat())) is not None


def any_finished(tx: Transaction, user_id: int, since: datetime) -> bool:
    """Whether somebody has come in with the password since, and given all else that was wanted; likewise."""
    sql = "SELECT 1 FROM sessions WHERE user_id = ? AND opened_by = ? AND wants = '' AND created_at >= ? LIMIT 1"
    return tx.one(sql, (user_id, OpenedBy.PASSWORD, since.isoformat())) is not None


def touch(tx: Transaction, session_id: str, now: datetime) -> None:
    """Record that a session was used."""
    tx.run("UPDATE sessions SET last_seen_at = ? WHERE session_id = ?", (now.isoformat(), session_id))


def end(tx: Transaction, user_id: int, session_id: str, now: datetime) -> bool:
    """End one session of one person; False when there is no such live session."""
    cursor = tx.run(
        "UPDATE sessions SET revoked_at = ? WHERE session_id = ? AND user_id = ? AND revoked_at IS NULL",
        (now.isoformat(), session_id, user_id),
    )
    return cursor.rowcount == 1


def end_all(tx: Transaction, user_id: int, now: datetime, *, but: str = "") -> tuple[str, ...]:
    """End all live sessions of one account, but for the session ``but``; return which they were."""
    at = now.isoformat()
    rows = tx.all(
        "UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND session_id <> ? AND revoked_at IS NULL"
        " AND expires_at > ? RETURNING session_id",
        (at, user_id, but, at),
    )
    return tuple(row["session_id"] for row in rows)


def end_wanting(tx: Transaction, user_id: int, stage: SignInStage, now: datetime) -> tuple[str, ...]:
    """End the live sessions of one account that want this first; return which they were."""
    at = now.isoformat()
    rows = tx.all(
        "UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND wants = ? AND revoked_at IS NULL AND expires_at > ?"
        " RETURNING session_id",
        (at, user_id, stage.value, at),
    )
    return tuple(row["session_id"] for row in rows)


def want_factor(tx: Transaction, user_id: int) -> None:
    """Let all live sessions of one account that want nothing want a second factor first."""
    sql = "UPDATE sessions SET wants = ? WHERE user_id = ? AND wants = '' AND revoked_at IS NULL"
    tx.run(sql, (SignInStage.SECOND_FACTOR.value, user_id))


def sweep(tx: Transaction, before: datetime) -> None:
    """Delete sessions that ended before this instant. The last one of an account stays, without device and network: that
    somebody has come in by the account is not forgotten."""
    is_last = "created_at = (SELECT max(o.created_at) FROM sessions o WHERE o.user_id = sessions.user_id)"
    at = before.isoformat()
    tx.run(f"DELETE FROM sessions WHERE expires_at < ? AND NOT {is_last}", (at,))
    tx.run("UPDATE sessions SET client = '', device = '' WHERE expires_at < ? AND client <> ''", (at,))


def _session(row: Row) -> Session:
    return Session(
        session_id=row["session_id"],
        user_id=row["user_id"],
        client=row["client"],
        device=row["device"],
        wants=SignInStage(row["wants"]) if row["wants"] else None,
        opened_by=OpenedBy(row["opened_by"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        last_seen_at=datetime.fromisoformat(row["last_seen_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        revoked=row["revoked_at"] is not None,
    )
