"""Public lookups: the page of a scanned symbol, or of a typed code number."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NoReturn

from licence_qr.credential.allow_list import AllowList
from licence_qr.credential.claims import Claims, decode_claims
from licence_qr.credential.cose import split
from licence_qr.credential.token import from_digits, parse_address
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.verifier import verify, verify_token
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import parse_code_number
from licence_qr.domain.publishing.pasted import Pasted, reduced
from licence_qr.domain.publishing.public_page import FoundBy, PublicInspection, PublicPage
from licence_qr.domain.publishing.publish import FoundCode, LicenceLife, Print, publish
from licence_qr.errors import ConflictError, NotFoundError, RegisterError, TokenError
from licence_qr.services.publishing import signed_content
from licence_qr.services.publishing.verification import NamedByAllowList, first_genuine
from licence_qr.services.register import look_ups, record
from licence_qr.services.register.look_ups import LookUps
from licence_qr.services.signing.sign_record import demand_signed
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import inspections
from licence_qr.store.issuing import promises
from licence_qr.store.register import codes, marks
from licence_qr.store.register.codes import StoredCode


def _by_number() -> LookUps:
    return look_ups.for_visitors("code number", "too_many_lookups")


@dataclass(frozen=True, slots=True)
class RegisteredBefore:
    """Admits codes of a compromised key that were in the register, byte for byte, before the compromise.

    The allow-list, which only the root can sign, says when that was. ``find`` reads a version of a code from the
    register.
    """

    find: Callable[[Claims], StoredCode | None]
    allow_list: Callable[[], AllowList | None]

    def allows(self, kid: bytes, token: bytes) -> bool:
        """Whether ``token`` (validly signed) is one of them. Raises RegisterError, TokenError ``allow_list_*``."""
        allowed = self.allow_list()
        key = allowed.of_key(kid) if allowed else None
        stored = self.find(decode_claims(split(token).payload)) if key else None
        return key is not None and stored is not None and stored.token == token and stored.issued_at < key.since


@dataclass(frozen=True, slots=True)
class Lookup:
    """``trust_list`` returns the list in force; it is called each time, because keys rotate while the service runs.
    ``alarm`` is told that the register differs from what was signed."""

    database: Database
    catalogue: Catalogue
    trust_list: Callable[[], TrustList]
    allow_list: Callable[[], AllowList | None]
    specimen: bool
    alarm: Callable[[ConflictError, datetime], None]
    looked_up: LookUps = field(default_factory=_by_number, compare=False)

    def pasted(self, text: str) -> Pasted:
        """What a person pasted or typed. Raises TokenError ``trust_list_*``, KeyStoreError."""
        return reduced(text, self.trust_list().hosts)

    def claims_of(self, text: str, now: datetime) -> Claims:
        """The claims of the text of a symbol, verified. Raises TokenError, RegisterError."""
        registered = RegisteredBefore(self._find, self.allow_list)
        return verify(text, self.trust_list(), now, allow_list=registered).claims

    def digits_of(self, readings: Sequence[str], now: datetime) -> str:
        """The digits to ``scan`` of a pasted code (``Pasted.texts``): of the first reading that is genuine, else of the
        longest. Raises TokenError ``host_unknown`` and ``symbol_*`` for what cannot be the link of a code of this service.
        """

        def genuine(reading: str) -> str:
            self.claims_of(reading, now)
            return reading

        try:
            reading = first_genuine(genuine, readings)
        except TokenError as refusal:
            if refusal.code.startswith(("host_", "symbol_")):
                raise
            reading = readings[-1]
        return parse_address(reading).digits

    def scan(self, digits: str, now: datetime) -> PublicPage:
        """The page of a symbol. The signature is verified before the register is read.

        Raises TokenError (forged or damaged), NotFoundError ``code_not_in_register`` (genuine signature, unknown here),
        ConflictError ``register_differs_from_signed``, RegisterError with the fact ``genuine`` when the signature is valid
        but the register cannot be read.
        """
        token = from_digits(digits)
        registered = RegisteredBefore(self._find, self.allow_list)
        try:
            claims = verify_token(token, self.trust_list(), now, allow_list=registered).claims
        except RegisterError as error:  # raised for a code of a compromised key
            self.scan_without_register(digits, now, error)
        try:
            with self.database.read() as tx:
                scanned = codes.get(tx, claims.code_id, claims.version)
                if scanned is None:
                    raise NotFoundError("code_not_in_register")
                if scanned.token != token:
                    raise TokenError("token_differs_from_register")
                newest = codes.newest(tx, claims.code_id) or scanned
                if newest.version != claims.version:
                    signed_content.check_version(scanned, claims)
                    claims = self._verified(newest, now)
                return self._page(tx, scanned, newest, claims, FoundBy.SYMBOL, now)
        except RegisterError as error:
            raise RegisterError(error.code, **{**error.facts, "genuine": True}) from error
        except ConflictError as difference:
            self.alarm(difference, now)
            raise

    def _verified(self, code: StoredCode, now: datetime) -> Claims:
        """The claims of a version as the register holds it. Raises TokenError."""
        registered = RegisteredBefore(lambda _: code, self.allow_list)
        return verify_token(code.token, self.trust_list(), now, allow_list=registered).claims

    def scan_without_register(self, digits: str, now: datetime, error: RegisterError) -> NoReturn:
        """``scan`` when the register is already known to be unreadable (``error``), without reading it again.

        Raises TokenError for a code that is not genuine, else ``error`` with the fact ``genuine``. For a compromised
        key the allow-list says which codes remain valid, as for every verifier without a register.
        """
        verify_token(from_digits(digits), self.trust_list(), now, allow_list=NamedByAllowList(self.allow_list))
        raise RegisterError(error.code, **{**error.facts, "genuine": True}) from error

    def stamp(self, now: datetime) -> Hashable:
        """A value that changes, within one thread, whenever an answer of ``scan`` could change.

        An answer depends only on the register, the trust list and the day in Asia/Shanghai. Raises RegisterError.
        """
        edition = self.trust_list()
        # The sequence of the edition, not its ``id()``, which may be reused.
        return self.database.stamp(), edition.sequence, edition.issued_at, local_date(now)

    def by_number(self, text: str, client: str, now: datetime) -> PublicPage:
        """The page of the newest version of a typed code number. It does not prove that the card is genuine.

        Nothing is written, so nobody who writes is waited for. Raises InputError (number mistyped), AccessError
        ``too_many_lookups``, NotFoundError, ConflictError ``register_differs_from_signed``, RegisterError.
        """
        code_id = parse_code_number(text)
        try:
            with self.looked_up.counted(client, now), self.database.read() as tx:
                newest = codes.newest(tx, code_id)
                if newest is None:
                    raise NotFoundError("code_not_in_register")
                return self._page(tx, newest, newest, self._verified(newest, now), FoundBy.NUMBER, now)
        except ConflictError as difference:
            self.alarm(difference, now)
            raise

    def _find(self, claims: Claims) -> StoredCode | None:
        with self.database.read() as tx:
            return codes.get(tx, claims.code_id, claims.version)

    def of_business(self, tx: Transaction, code: StoredCode, now: datetime) -> PublicPage:
        """The public page of a business, for the desk and what it prints. Raises ConflictError
        ``register_differs_from_signed``, TokenError."""
        return self._page(tx, code, code, self._verified(code, now), FoundBy.NUMBER, now)

    def as_held(self, tx: Transaction, code: StoredCode, now: datetime) -> tuple[PublicPage, str]:
        """What the register holds of a business, and what of it differs from what was signed, for the desk, which has to
        look into it."""
        difference = ""
        try:
            return self.of_business(tx, code, now), difference
        except ConflictError as error:
            difference = str(error.facts["what"])
        except TokenError:  # a key that was compromised since: no difference of the register's
            pass
        return self._page(tx, code, code, None, FoundBy.NUMBER, now), difference

    def _page(
        self,
        tx: Transaction,
        scanned: StoredCode,
        newest: StoredCode,
        signed: Claims | None,
        found_by: FoundBy,
        now: datetime,
    ) -> PublicPage:
        """``signed`` are the claims of the newest version, whose signature was verified; None asks for no comparison."""
        business = record.load(tx, scanned.uscc)
        if signed is not None:
            try:
                signed_content.check(newest, signed, business.record)
                signed_content.check_promises(newest, business.record, promises.of_record(tx, business.record))
            except ConflictError:
                demand_signed(tx, scanned.uscc)  # an act is committed, its version not signed yet: no difference
                raise
        stored = business.stored
        held = tuple(each.mark for each in marks.of_business(tx, scanned.uscc))
        inspected = self._inspections(tx, scanned.uscc, now)
        items = record.items_of_business(tx, scanned.uscc, business.permits)
        life = LicenceLife(stored.state, stored.state_since, stored.dormant_until, held, inspected, items)
        code = FoundCode(
            number=scanned.code_id.number,
            scanned=Print(scanned.version, scanned.issued_on, scanned.void_since),
            newest=Print(newest.version, newest.issued_on),
            found_by=found_by,
        )
        return publish(self.catalogue, business.record, life, code, now, specimen=self.specimen)

    def _inspections(self, tx: Transaction, uscc: str, now: datetime) -> Mapping[str, PublicInspection]:
        """The last inspections, with the outcome of rectification orders for as long as the rules publish it."""
        rule = self.catalogue.inspection_rules.publication_on(local_date(now))
        days = rule.rectification_days if rule else 0
        return inspections.public_facts(tx, uscc, local_date(now) - timedelta(days=days) if days else None)
