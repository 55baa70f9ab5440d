"""Events that wait for the register, because another process was writing when they happened.

Who only reads must not wait for a writer, and yet what was taken away must be in the history. Such an event is kept in a
folder beside the register, one file each (mode 0600), on the disk before anything is handed out. The next write transaction
of any process takes it into the history, with the time at which it happened, and removes the file after COMMIT. A process
that is killed in between leaves the file; the salt tells an event that is in the history already. One that is killed while
it writes the file leaves a part under a name that begins with a dot, and has handed nothing out.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.register.events import SALT_BYTES, Event, EventKind
from licence_qr.domain.roles import Via
from licence_qr.store.database.connections import Transaction
from licence_qr.store.files import file_errors, make_folder, put_in_place
from licence_qr.store.register import history

_log = logging.getLogger("licence_qr.register")
_MOST_KEYS = 2**63  # that SQLite holds as a number


@lru_cache(maxsize=8)  # asked with every write; a Path is slow to be made
def folder(register: Path) -> Path:
    """Where the events that wait for the register at this path are."""
    return register.with_name(register.name + "-events")


def keep(register: Path, event: Event) -> None:
    """Keep an event until the next write; it is on the disk on return. Raises RegisterError."""
    place = folder(register)
    name = f"{event.at.timestamp():017.6f}-{event.salt.hex()[:16]}.json"
    with file_errors(place):
        make_folder(place, 0o700)
        unfinished = place / f".{name}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(_text(event))
            file.flush()
            os.fsync(file.fileno())
        put_in_place(unfinished, place / name)


def take_in(register: Path, tx: Transaction) -> Callable[[], None]:
    """Append what waits, the oldest first; what is returned removes the files and is to be called after COMMIT.

    No act fails for a file that is no event: it is set aside under a name that ends with ``.unreadable``, and the log says
    so. One that cannot be opened or removed stays where it is.
    """
    taken = []
    for path, event in _waiting(folder(register)):
        if not history.has(tx, event):
            history.append(tx, event)
        taken.append(path)
    return lambda: _remove(taken)


def how_many_set_aside(register: Path) -> int:
    """How many files were no events and wait for somebody to look at them."""
    return sum(1 for _ in folder(register).glob("*.unreadable"))


def _remove(taken: list[Path]) -> None:
    for path in taken:
        with suppress(OSError):  # another process may have been faster
            path.unlink()


def _waiting(place: Path) -> Iterator[tuple[Path, Event]]:
    if not os.path.isdir(place):  # with every write; that of a Path takes twice as long
        return
    for path in sorted(place.glob("[!.]*.json")):
        try:
            yield path, _event(path.read_text(encoding="utf-8"))
        except OSError:
            continue
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            _set_aside(path, error)


def _set_aside(path: Path, error: Exception) -> None:
    aside = path.with_name(f"{path.name}.unreadable")
    with suppress(OSError):  # another process may have been faster
        put_in_place(path, aside)
        _log.error("no event, set aside as %s: %s", aside, type(error).__name__)


def _text(event: Event) -> str:
    return canonical_json(
        {
            "kind": event.kind.value,
            "uscc": event.uscc,
            "subject": event.subject,
            "at": event.at.isoformat(),
            "actor": event.actor,
            "office": event.office,
            "legal_basis": event.legal_basis,
            "document_no": event.document_no,
            "effective_on": event.effective_on and event.effective_on.isoformat(),
            "proposed_by": event.proposed_by,
            "person_id": event.person_id,
            "on_behalf_of": event.on_behalf_of,
            "via": [event.via.session, event.via.device, event.via.network],
            "public": event.public,
            "private": event.private,
            "salt": event.salt.hex(),
        }
    )


def _event(text: str) -> Event:
    """The event of a file. Raises one of the errors that ``_waiting`` knows where the text is none that could be stored."""
    read = json.loads(text)
    event = Event(
        **read
        | {
            "kind": EventKind(read["kind"]),
            "at": datetime.fromisoformat(read["at"]),
            "effective_on": date.fromisoformat(read["effective_on"]) if read["effective_on"] else None,
            "salt": bytes.fromhex(read["salt"]),
            "via": Via(*read.get("via", ())),
        }
    )
    _demand_types(event)
    _text(event).encode("utf-8")  # as it will be stored
    return event


def _demand_types(event: Event) -> None:
    texts = [event.uscc, event.subject, event.actor, event.office, event.legal_basis, event.document_no]
    texts += [event.proposed_by, event.on_behalf_of, event.via.session, event.via.device, event.via.network]
    sides = [part.get(side, {}) for part in (event.public, event.private) for side in ("before", "after")]
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(side, dict) for side in sides):
        raise TypeError("a text or a side is of another type")
    if type(event.person_id) is not int or not 0 <= event.person_id < _MOST_KEYS or len(event.salt) != SALT_BYTES:
        raise ValueError("no person or no salt")
