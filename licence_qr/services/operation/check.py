"""Whether what was acknowledged is still there: the register's pages, its codes, numbers, states, history and files.

Nothing is changed. The quick part looks at pages and counters alone; the whole goes through every code and every business in
parts, so that nobody waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licence_qr.credential.allow_list import AllowList
from licence_qr.credential.trust_list import KeyPurpose, TrustList
from licence_qr.credential.verifier import verify_token
from licence_qr.domain.dates import local_date
from licence_qr.errors import ConflictError, LicenceQRError, NotFoundError, TokenError
from licence_qr.services.files.kept import Files
from licence_qr.services.operation.told_items import items_differ
from licence_qr.services.publishing import signed_content
from licence_qr.services.publishing.lookup import RegisteredBefore
from licence_qr.services.register import record
from licence_qr.services.register.state_on_day import fold
from licence_qr.services.signing.status_entries import says_as_much, status_entries
from licence_qr.store.database import integrity
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.files import former
from licence_qr.store.issuing import promises
from licence_qr.store.numbers import given_numbers, number_marks
from licence_qr.store.register import codes, counters, history
from licence_qr.store.register.codes import StoredCode

PART = 200  # codes in one transaction
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Check:
    """Checks one installation."""

    database: Database
    trust_list: Callable[[], TrustList]
    allow_list: Callable[[], AllowList | None]
    files: Files
    marks: Path
    """The folder of the keys, where the marks are (``store.numbers.number_marks``)."""

    def quick(self) -> Iterator[LicenceQRError]:
        """Pages, references and rules of the register, and that its counters are above what was given, here and by what
        stands beside the marks. Raises RegisterError."""
        with self.database.read() as tx:
            yield from file_faults(integrity.faults(tx, whole=False), integrity.broken_references(tx))
            for broken in integrity.broken_rows(tx):
                yield LicenceQRError("check_rule", table=broken.table, row=broken.row, rule=broken.rule)
            for name in integrity.rules_not_held(tx):
                yield LicenceQRError("check_rules_missing", name=name)
            yield from self._numbers(tx)

    def at_start(self, seconds: float) -> tuple[str, ...]:
        """``quick`` for so long, numbers and keys first; return the tables there was no time for, which the daily check
        looks at.

        Raises the first of what is found, RegisterError.
        """
        deadline = time.monotonic() + seconds
        self.before_issuing()
        with self.database.read() as tx:
            looked = integrity.look(tx, deadline)
        for found in file_faults(looked.faults, looked.broken):
            raise found
        return tuple(looked.not_looked_at)

    def before_issuing(self) -> None:
        """Whether numbers and keys are those of this register, which takes no time. Raises the first of what is found."""
        with self.database.read() as tx:
            for found in (*self._numbers(tx), *self._keys(tx)):
                raise found

    def _numbers(self, tx: Transaction) -> Iterator[LicenceQRError]:
        given, last = codes.highest_status_index(tx), counters.last(tx, codes.STATUS_SERIES, 0)
        if given >= last:
            yield LicenceQRError("check_counter", series=codes.STATUS_SERIES, last=last, given=given)
        for lost in given_numbers.lost(tx, number_marks.surely_given(self.marks)):
            yield LicenceQRError("check_marks", series=lost.series, last=lost.last, given=lost.mark)

    def _keys(self, tx: Transaction) -> Iterator[LicenceQRError]:
        """Whether the trust list has the key of the newest code: with the keys of another installation every print would
        look forged, and what is issued meanwhile too, once the right ones are back."""
        newest, trust_list = codes.newest_of_all(tx), self.trust_list()
        if newest is None:
            return
        try:
            trust_list.key(newest.kid, KeyPurpose.LICENCE)
        except TokenError:
            yield LicenceQRError("check_keys", path=self.marks, number=newest.code_id.number, kid=newest.kid.hex())

    def whole(self, now: datetime, progress: Progress) -> Iterator[LicenceQRError]:
        """``quick``, every page again with all its indexes, every code, every business and every file."""
        yield from self.quick()
        with self.database.read() as tx:
            for told in integrity.faults(tx, whole=True):
                yield LicenceQRError("check_pages", told=told)
            total = codes.count(tx)
        for first in range(0, total, PART):
            with self.database.read() as tx:
                for code in self._page(tx, first):
                    yield from self._code(tx, code, now)
            progress(min(first + PART, total), total)
        yield from self._files(now)

    @staticmethod
    def _page(tx: Transaction, first: int) -> Iterator[StoredCode]:
        """The codes of a part, without rows that cannot be read: they break a rule, which ``quick`` has named."""
        try:
            yield from codes.page(tx, first, PART)
        except ValueError:
            for at in range(first, first + PART):
                with suppress(ValueError):
                    yield from codes.page(tx, at, 1)

    def _code(self, tx: Transaction, code: StoredCode, now: datetime) -> Iterator[LicenceQRError]:
        about = {"number": code.code_id.number, "version": code.version}
        newest = codes.newest(tx, code.code_id) or code
        try:
            allowed = RegisteredBefore(lambda _: code, self.allow_list)
            signed = verify_token(code.token, self.trust_list(), now, allow_list=allowed).claims
            business = record.load(tx, code.uscc)
            if code.version != newest.version:
                signed_content.check_version(code, signed)
            else:
                signed_content.check(code, signed, business.record)
                signed_content.check_promises(code, business.record, promises.of_record(tx, business.record))
                if self._differs_from_history(tx, code.uscc, now) or items_differ(tx, code.uscc):
                    yield LicenceQRError("check_history", uscc=code.uscc)
        except (TokenError, ConflictError, NotFoundError) as error:
            because = error.facts.get("what", error.code)
            yield LicenceQRError("check_code", because=because, **about)
            return
        except (ValueError, KeyError):  # of a row that breaks a rule, which ``quick`` has named
            yield LicenceQRError("check_code", because="unreadable", **about)
            return
        entries = codes.status_block(tx, code)
        for index, wanted in status_entries(code, business, local_date(now), entries, newest=newest.version):
            held = entries.get(index, 0)
            if held != wanted and not (index == code.status_index and says_as_much(held, wanted)):
                yield LicenceQRError("check_status", index=index, held=held, wanted=wanted, **about)

    @staticmethod
    def _differs_from_history(tx: Transaction, uscc: str, now: datetime) -> bool:
        """Whether the state folded from the history is another than the one held."""
        business, told = record.load(tx, uscc), fold(uscc, history.of_business(tx, uscc), local_date(now), None)
        if told.entity is None:
            return True
        held = {(each.permit_no, each.state, each.period, each.grade) for each in business.record.permits}
        folded = {(each.permit_no, each.state, each.period, each.grade) for each in told.permits.values()}
        return told.entity != business.stored.entity or not held <= folded

    def _files(self, now: datetime) -> Iterator[LicenceQRError]:
        """Missing or damaged files, those that nothing names, and photographs lost before files were encrypted."""
        yield from self.files.faults()
        if unnamed := self.files.unnamed(now):
            yield LicenceQRError("check_files_unnamed", count=len(unnamed))
        with self.database.read() as tx:
            lost = former.of_inspections(tx)
        for photo in lost:
            yield LicenceQRError("check_photograph", sha256=photo.sha256)


def file_faults(faults: Iterable[str], broken: Mapping[str, int]) -> Iterator[LicenceQRError]:
    """What SQLite found wrong with a file, and references to nothing, as errors."""
    for told in faults:
        yield LicenceQRError("check_pages", told=told)
    for table, rows in broken.items():
        yield LicenceQRError("check_references", table=table, count=rows)
