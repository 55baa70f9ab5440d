"""A register of its own with keys, and the exports of ``tests/data``, for the tests of the import."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from people import People
from shipped import CATALOGUE

from bench.exports import write_csv
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.importing.conflicts import RowOutcome, RowVerdict
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.importing.review import Waiting, WaitingRow
from licence_qr.services.importing.run import ExportFile, FileSums, Importing
from licence_qr.services.keys.keyring import Keys
from licence_qr.services.keys.making import make_keys
from licence_qr.services.lifecycle.perform import Life
from licence_qr.services.proposals.decide import Proposals, ProposalVerdict
from licence_qr.services.signing.sign_record import Coding
from licence_qr.signer.wiring import code_signer
from licence_qr.store.database.connections import Database
from licence_qr.store.register import history, register_kind
from licence_qr.store.register.history import EventRow

DATA = Path(__file__).parents[2] / "data"
MARKET, HEALTH = DATA / "market_licences.csv", DATA / "health_permits.xlsx"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SUPERVISOR = Actor(1, "supervisor", "负责人", "", frozenset({Role.SUPERVISOR}))
CLERK = Actor(2, "clerk", "窗口", "jinfeng", frozenset({Role.CLERK}))
PASSWORD = "a good long password"
TABLES = (
    "entities",
    "premises",
    "permits",
    "codes",
    "status_entries",
    "counters",
    "history",
    "import_runs",
    "import_rows",
    "import_questions",
    "import_parts",
    "proposals",
)


def catalogue() -> Catalogue:
    """The catalogue as shipped."""
    return CATALOGUE


@cache
def _empty() -> TemporaryDirectory[str]:
    """A folder with keys and an empty register, made once; for copying only."""
    made = TemporaryDirectory()
    folder = Path(made.name)
    make_keys(Keys(folder / "keys", folder / "passphrase"), ("127.0.0.1",), NOW)
    database = Database(folder / "register.db")
    database.create_or_upgrade()
    with database.write() as tx:  # people act in it who have no account
        register_kind.put(tx, register_kind.KIND, register_kind.DEMONSTRATION)
    database.close()
    return made


@dataclass(frozen=True)
class Imported:
    """The report of an import, and what came of every row; ``left_out`` are the lines that are none."""

    market: FileSums
    health: FileSums
    businesses: int
    rows: tuple[RowVerdict, ...]
    left_out: tuple[RowVerdict, ...]


def export(name: str, data: bytes) -> ExportFile:
    """An export as it is handed over."""
    return ExportFile(name, io.BytesIO(data))


def imported(importing: Importing, market: ExportFile, health: ExportFile, by: Actor = SUPERVISOR) -> Imported:
    """Import two files and read what came of them."""
    report = importing.import_departments(market, health, by, NOW)
    verdicts = tuple(importing.verdicts(report))
    rows = tuple(each for each in verdicts if each.outcome is not RowOutcome.LEFT_OUT)
    left_out = tuple(each for each in verdicts if each.outcome is RowOutcome.LEFT_OUT)
    return Imported(report.market, report.health, report.businesses, rows, left_out)


class Register:
    """The services of the import on a register in ``folder``, which is begun where there is none."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = catalogue()
        if not (folder / "register.db").exists():
            shutil.copytree(_empty().name, folder, dirs_exist_ok=True)
        keys = Keys(folder / "keys", folder / "passphrase")
        self.database = Database(folder / "register.db")
        signer = code_signer(self.database, self.catalogue, keys)
        self.coding = Coding(self.database, self.catalogue, "http://127.0.0.1:8000", signer, keys.trust_list)
        self.importing = Importing(self.database, self.catalogue, self.coding)
        people = People(self.database)
        self.accounts = people.accounts
        life = Life(self.database, self.catalogue, self.coding)
        self.proposals = Proposals(self.database, self.catalogue, life, people.confirming)
        self.waiting = Waiting(self.database, self.catalogue, self.coding, self.proposals)

    def import_data(self) -> Imported:
        """Import the exports of ``tests/data``."""
        return self.import_bytes(MARKET.read_bytes(), HEALTH.read_bytes())

    def import_rows(self, market: Sequence[Mapping[str, str]], health: Sequence[Mapping[str, str]]) -> Imported:
        """Import rows given by column key."""
        return self.import_bytes(as_csv(market, MARKET_COLUMNS), as_csv(health, HEALTH_COLUMNS))

    def import_bytes(self, market: bytes, health: bytes) -> Imported:
        """Import two files."""
        return imported(self.importing, export("market", market), export("health", health))

    def waiting_rows(self) -> tuple[WaitingRow, ...]:
        """The open questions, as a supervisor sees them."""
        return self.waiting.list(SUPERVISOR)

    def decider(self) -> Actor:
        """Who decides proposals at the clerk's office."""
        name, roles = "decider", frozenset({Role.DECIDER})
        if self.accounts.user(name) is None:
            self.accounts.create(name, "审批员", CLERK.office, roles, PASSWORD, NOW)
        found = self.accounts.user(name)
        assert found is not None
        return found

    def decide(self, number: int, *, approve: bool = True) -> ProposalState:
        """What another person makes of a proposal."""
        said = ProposalVerdict(approve, "" if approve else "证据不足", Proof(PASSWORD), "10.0.0.1", 0)
        return self.proposals.decide(self.decider(), number, said, NOW)

    def digest(self) -> dict[str, str]:
        """A hash of the contents of each table."""
        with self.database.read() as tx:
            rows = {
                table: [tuple(row) for row in tx.all(f"SELECT * FROM {table}")]  # noqa: S608 - constant names
                for table in TABLES
            }
        return {table: hashlib.sha256(repr(found).encode()).hexdigest() for table, found in rows.items()}

    def values(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with self.database.read() as tx:
            return [tuple(row) for row in tx.all(sql)]

    def events(self, kind: EventKind) -> list[EventRow]:
        """The events of one kind, oldest first."""
        with self.database.read() as tx:
            return [row for row in history.everything(tx) if row["event"] == kind]


def as_csv(rows: Sequence[Mapping[str, str]], columns: Mapping[str, str]) -> bytes:
    """Rows by column key as a CSV file with Chinese headings."""
    out = io.StringIO(newline="")
    write_csv(out, columns, rows)
    return out.getvalue().encode("utf-8")
