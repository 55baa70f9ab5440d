"""What anyone may ask: the page behind a scanned symbol, or behind a code number typed by hand."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from licence_qr.credential.allow_list import AllowList
from licence_qr.credential.claims import Claims, decode_claims
from licence_qr.credential.cose import split
from licence_qr.credential.token import from_digits
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.verifier import verify_token
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import parse_code_number
from licence_qr.domain.publishing.public_page import FoundBy, PublicInspection, PublicPage
from licence_qr.domain.publishing.publish import FoundCode, LicenceLife, Print, publish
from licence_qr.errors import NotFoundError, RegisterError, TokenError
from licence_qr.services.register import record
from licence_qr.services.register.throttle import Limit, client_network
from licence_qr.store.database.connections import READ_WAIT_SECONDS, Database, Transaction
from licence_qr.store.inspecting import inspections
from licence_qr.store.register import codes, marks
from licence_qr.store.register.codes import StoredCode

# A code number has 80 random bits; the limit is there so that nobody can even try, and is generous to an office
# behind one address.
LOOKUPS = Limit("lookup", most=60, seconds=600, refusal="too_many_lookups")


@dataclass(frozen=True, slots=True)
class RegisteredBefore:
    """Excepts codes of a compromised key that the register holds byte for byte since before the compromise.

    When that was, the allow-list says, which only the root can sign. ``find`` asks the register for a code's version.
    """

    find: Callable[[Claims], StoredCode | None]
    allow_list: Callable[[], AllowList | None]

    def allows(self, kid: bytes, token: bytes) -> bool:
        """Whether ``token``, whose signature holds, is one of them. Raises RegisterError, TokenError ``allow_list_*``."""
        allowed = self.allow_list()
        key = allowed.of_key(kid) if allowed else None
        stored = self.find(decode_claims(split(token).payload)) if key else None
        return key is not None and stored is not None and stored.token == token and stored.issued_at < key.since


@dataclass(frozen=True, slots=True)
class NamedByAllowList:
    """Excepts what the allow-list itself names: for when the register cannot be asked.

    The list is read for codes of a compromised key only, so that a damaged one stops nothing else.
    """

    allow_list: Callable[[], AllowList | None]

    def allows(self, kid: bytes, token: bytes) -> bool:
        """Whether the list names ``token``, whose signature holds. Raises TokenError ``allow_list_*``."""
        allowed = self.allow_list()
        return allowed is not None and allowed.allows(kid, token)


@dataclass(frozen=True, slots=True)
class Lookup:
    """``trust_list`` gives the list in force; it is asked each time, because keys rotate while the service runs."""

    database: Database
    catalogue: Catalogue
    trust_list: Callable[[], TrustList]
    allow_list: Callable[[], AllowList | None]
    specimen: bool

    def scan(self, digits: str, now: datetime) -> PublicPage:
        """The page behind a symbol. The signature is verified before the register is asked.

        Raises TokenError (forged or damaged), NotFoundError ``code_not_in_register`` (genuine signature, unknown
        here), RegisterError with the fact ``genuine`` when the signature holds but the register cannot be reached.
        """
        token = from_digits(digits)
        registered = RegisteredBefore(self._find, self.allow_list)
        try:
            claims = verify_token(token, self.trust_list(), now, allow_list=registered).claims
        except RegisterError as error:  # asked about a code of a compromised key
            self.scan_without_register(digits, now, error)
        try:
            with self.database.read() as tx:
                scanned = codes.get(tx, claims.code_id, claims.version)
                if scanned is None:
                    raise NotFoundError("code_not_in_register")
                if scanned.token != token:
                    raise TokenError("token_differs_from_register")
                newest = codes.newest(tx, claims.code_id) or scanned
                return self._page(tx, scanned, newest, FoundBy.SYMBOL, now)
        except RegisterError as error:
            raise RegisterError(error.code, **{**error.facts, "genuine": True}) from error

    def scan_without_register(self, digits: str, now: datetime, error: RegisterError) -> NoReturn:
        """What a scan says when the register is already known to be out of reach (``error``), without asking it again.

        Raises TokenError for a code that is not genuine, else ``error`` with the fact ``genuine``. Of a compromised key
        the signed allow-list says which codes stay good, as it does for every verifier without a register.
        """
        verify_token(from_digits(digits), self.trust_list(), now, allow_list=NamedByAllowList(self.allow_list))
        raise RegisterError(error.code, **{**error.facts, "genuine": True}) from error

    def stamp(self, now: datetime) -> Hashable:
        """A value that differs from an earlier one of the same thread whenever an answer of ``scan`` could differ.

        The register, the trust list and the day in Shanghai decide an answer; nothing else does. Raises RegisterError.
        """
        edition = self.trust_list()
        # What the edition says it is, not where it lies: an object that has gone leaves its address to the next one.
        return self.database.stamp(), edition.sequence, edition.issued_at, local_date(now)

    def by_number(self, text: str, client: str, now: datetime) -> PublicPage:
        """The page of the newest version of a code number typed by hand. It does not prove that the card is genuine.

        Raises InputError (number mistyped), AccessError ``too_many_lookups``, NotFoundError, RegisterError.
        """
        code_id = parse_code_number(text)
        with suppress(RegisterError), self.database.write(wait=READ_WAIT_SECONDS) as tx:
            # A register that can be read but not written still answers: 80 random bits are the guard, this only slows.
            LOOKUPS.count(tx, client_network(client), now)
        with self.database.read() as tx:
            newest = codes.newest(tx, code_id)
            if newest is None:
                raise NotFoundError("code_not_in_register")
            registered = RegisteredBefore(lambda _: newest, self.allow_list)
            verify_token(newest.token, self.trust_list(), now, allow_list=registered)
            return self._page(tx, newest, newest, FoundBy.NUMBER, now)

    def _find(self, claims: Claims) -> StoredCode | None:
        with self.database.read() as tx:
            return codes.get(tx, claims.code_id, claims.version)

    def of_business(self, tx: Transaction, code: StoredCode, now: datetime) -> PublicPage:
        """The public page of a business, for people at the desk."""
        return self._page(tx, code, code, FoundBy.NUMBER, now)

    def _page(
        self, tx: Transaction, scanned: StoredCode, newest: StoredCode, found_by: FoundBy, now: datetime
    ) -> PublicPage:
        business = record.load(tx, scanned.uscc)
        stored = business.stored
        held = tuple(each.mark for each in marks.of_business(tx, scanned.uscc))
        inspected = self._inspections(tx, scanned.uscc, now)
        life = LicenceLife(stored.state, stored.state_since, stored.dormant_until, held, inspected)
        code = FoundCode(
            number=scanned.code_id.number,
            scanned=Print(scanned.version, scanned.issued_on, scanned.void_since),
            newest=Print(newest.version, newest.issued_on),
            found_by=found_by,
        )
        return publish(self.catalogue, business.record, life, code, now, specimen=self.specimen)

    def _inspections(self, tx: Transaction, uscc: str, now: datetime) -> Mapping[str, PublicInspection]:
        """The last inspections, and how orders to rectify ended for as long as the rules of the day publish it."""
        rule = self.catalogue.inspection_rules.publication_on(local_date(now))
        days = rule.rectification_days if rule else 0
        return inspections.public_facts(tx, uscc, local_date(now) - timedelta(days=days) if days else None)
