"""Signing the promise of an application: in the signature field of the desk, or on a phone by a link that is used once.

Of what is drawn only the strokes are sent; the picture is made here and kept encrypted, as photographs are. The token of a
link is made from a random part with a secret of the installation: the register holds the random part and the hash of the
token, so that the desk can show the code again, and whoever reads the register alone can use no link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from licence_qr.domain.catalogue.model import Catalogue, Notice
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.draft import Draft
from licence_qr.domain.issuing.promise import Capacity, Drawing, PromiseFacts, SignedHow
from licence_qr.domain.issuing.promise_form import DrawnSignature, PromiseReader
from licence_qr.domain.issuing.strokes import read_strokes
from licence_qr.domain.names import name_key
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, NotFoundError
from licence_qr.printing.qr import to_data_uri
from licence_qr.services.files.kept import Files
from licence_qr.services.issuing.kept_drafts import KeptDrafts
from licence_qr.services.issuing.signature_picture import to_png
from licence_qr.services.register import access, look_ups
from licence_qr.services.register.access import TAKE_APPLICATIONS
from licence_qr.services.register.look_ups import LookUps
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.files import rows
from licence_qr.store.files.sealing import SealedFile
from licence_qr.store.issuing import draft_signatures
from licence_qr.store.issuing.draft_signatures import SigningLink

_RANDOM_BYTES = 16
_PURPOSE = b"licence-qr signing link 1 "


@dataclass(frozen=True, slots=True)
class ShownLink:
    """An open link, for the desk: its address, also as a QR symbol for ``src``."""

    address: str
    ends_at: datetime

    @property
    def image(self) -> str:
        """The address as a QR symbol: the token stands in no address of a picture."""
        return to_data_uri(self.address)


@dataclass(frozen=True, slots=True)
class Signing:
    """How far the signing of a draft is. ``missing`` is what keeps it from being signed now; ``drawn`` the signature that
    was drawn, and ``changed`` what has changed since; ``link`` is open until it is used."""

    missing: InputError | None
    drawn: DrawnSignature | None
    changed: tuple[str, ...]
    of_today: bool
    link: ShownLink | None

    @property
    def stands(self) -> bool:
        """Whether the promise is signed as it stands now."""
        return self.drawn is not None and not self.changed and self.of_today


@dataclass(frozen=True, slots=True)
class AskedToSign:
    """What somebody with a link sees before they sign: the whole notice, for whom, and who signs in what capacity."""

    notice: Notice
    facts: PromiseFacts
    capacity: Capacity
    ends_at: datetime


def _by_token() -> LookUps:
    return look_ups.for_visitors("signing link", "too_many_signing_links")


@dataclass(frozen=True, slots=True)
class Signatures:
    """``address`` is that of the installation; ``secret`` makes the tokens of links."""

    database: Database
    drafts: KeptDrafts
    catalogue: Catalogue
    files: Files
    address: str
    secret: bytes = field(repr=False)
    looked_up: LookUps = field(default_factory=_by_token, compare=False)

    # -- at the desk --------------------------------------------------------------------------------------------------

    def state(self, actor: Actor, draft: Draft, permit_types: Collection[str], now: datetime) -> Signing:
        """How far the signing of a draft that applies for ``permit_types`` is."""
        access.demand(actor, TAKE_APPLICATIONS, draft.office)
        with self.database.read() as tx:
            drawn = draft_signatures.of_draft(tx, draft.draft_id)
            link = draft_signatures.link_of_draft(tx, draft.draft_id)
        try:
            facts, missing = self._facts(draft, permit_types, now), None
        except InputError as problem:
            facts, missing = None, problem
        changed = drawn.facts.changed(facts) if drawn and facts else ()
        of_today = drawn is not None and drawn.signed_on == local_date(now)
        is_open = link is not None and link.ends_at > now and link.facts == facts
        return Signing(missing, drawn, changed, of_today, self._shown(link) if link and is_open else None)

    def sign_here(
        self, actor: Actor, draft_id: str, permit_types: Collection[str], strokes: str, now: datetime
    ) -> None:
        """Store what was drawn at the desk. Raises InputError: ``promise_facts_missing`` and those of the signer and of
        ``read_strokes``; AccessError, NotFoundError, ConflictError ``application_already_issued``, RegisterError."""
        with self.database.read() as tx:
            facts = self._facts(self.drafts.open_own(tx, actor, draft_id), permit_types, now)
        picture = to_png(read_strokes(strokes))
        file = self.files.put(picture)
        with self.database.write() as tx:
            self.drafts.open_own(tx, actor, draft_id)
            self._keep(tx, draft_id, DrawnSignature(facts, SignedHow.DESK, local_date(now), _named(picture)), file, now)

    def open_link(self, actor: Actor, draft_id: str, permit_types: Collection[str], now: datetime) -> ShownLink:
        """Make a link by which the promise is signed on a phone; an earlier one of the draft ends. Raises as
        ``sign_here``."""
        minutes = self.catalogue.life_rules_on(local_date(now)).signing_link_minutes
        with self.database.write() as tx:
            facts = self._facts(self.drafts.open_own(tx, actor, draft_id), permit_types, now)
            random, ends_at = secrets.token_urlsafe(_RANDOM_BYTES), now + timedelta(minutes=minutes)
            link = SigningLink(_hash(self._token(random)), draft_id, random, facts, actor.user_id, ends_at)
            draft_signatures.add_link(tx, link)
        return self._shown(link)

    def take_back(self, actor: Actor, draft_id: str, now: datetime) -> None:
        """Delete what was drawn for a draft, and end its link. Raises AccessError, NotFoundError, ConflictError."""
        with self.database.write() as tx:
            self.drafts.open_own(tx, actor, draft_id)
            draft_signatures.remove(tx, draft_id, local_date(now))
            tx.after_commit(self.files.finish_deletions, None)

    def picture(self, actor: Actor, draft_id: str) -> bytes:
        """What was drawn for a draft (PNG). Raises AccessError, NotFoundError ``file_deleted`` where nothing was."""
        with self.database.read() as tx:
            draft = self.drafts.open_own(tx, actor, draft_id)
            drawn = draft_signatures.of_draft(tx, draft.draft_id)
            if drawn is None:
                raise NotFoundError("file_deleted", name="")
            return self.files.read(tx, drawn.drawing.file)

    # -- on a phone ---------------------------------------------------------------------------------------------------

    def asked(self, token: str, client: str, now: datetime) -> AskedToSign:
        """What whoever opens a link is asked to sign. Nothing is written. Raises NotFoundError ``signing_link_unknown``,
        AccessError ``too_many_signing_links``."""
        with self.looked_up.counted(client, now), self.database.read() as tx:
            return self._asked(self._open_link(tx, token, now), now)

    def sign_by_link(self, token: str, strokes: str, client: str, now: datetime) -> AskedToSign:
        """Store what was drawn on the phone; the link is used up then. Raises as ``asked`` and ``read_strokes``."""
        asked = self.asked(token, client, now)
        picture = to_png(read_strokes(strokes))
        file = self.files.put(picture)
        drawn = DrawnSignature(asked.facts, SignedHow.PHONE, local_date(now), _named(picture))
        with self.database.write() as tx:
            link = self._open_link(tx, token, now)
            self._keep(tx, link.draft_id, drawn, file, now)
        return asked

    def _open_link(self, tx: Transaction, token: str, now: datetime) -> SigningLink:
        link = draft_signatures.link_of_token(tx, _hash(token))
        if link is None or link.ends_at <= now:
            raise NotFoundError("signing_link_unknown")
        return link

    def _asked(self, link: SigningLink, now: datetime) -> AskedToSign:
        facts, today = link.facts, local_date(now)
        notices = (self.catalogue.notice(each, today) for each in self.catalogue.permit_types)
        notice = next((each for each in notices if each and each.sha256 == facts.notice_sha256), None)
        if notice is None:
            raise NotFoundError("signing_link_unknown")
        principal = name_key(facts.signer) == name_key(facts.principal)
        return AskedToSign(notice, facts, Capacity.PRINCIPAL if principal else Capacity.AGENT, link.ends_at)

    # -- both ---------------------------------------------------------------------------------------------------------

    def _facts(self, draft: Draft, permit_types: Collection[str], now: datetime) -> PromiseFacts:
        """What is to be signed, by what is typed now. Raises InputError for what is missing, or of the signer."""
        today = local_date(now)
        notice = next(filter(None, (self.catalogue.notice(each, today) for each in permit_types)), None)
        if notice is None:
            raise InputError("notice_not_in_force", field="mode", day=today.isoformat())
        reader = FieldReader(draft.fields)
        for name in ("principal", "premises_address", "signer"):
            if not reader.typed(name):
                reader.refuse("promise_facts_missing", name)
        promise = PromiseReader(reader, today)
        promise.agent(reader.typed("signer"))
        if reader.problems:
            raise reader.problems[0]
        return promise.facts(notice)

    def _keep(self, tx: Transaction, draft_id: str, drawn: DrawnSignature, file: SealedFile, now: datetime) -> None:
        named = replace(drawn, drawing=replace(drawn.drawing, file=rows.add(tx, file, now)))
        draft_signatures.put(tx, draft_id, named)
        tx.after_commit(self.files.finish_deletions, None)

    def _shown(self, link: SigningLink) -> ShownLink:
        return ShownLink(f"{self.address}/sign/{self._token(link.link)}", link.ends_at)

    def _token(self, random: str) -> str:
        made = hmac.digest(self.secret, _PURPOSE + random.encode("ascii"), "sha256")
        return base64.urlsafe_b64encode(made).decode("ascii").rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _named(picture: bytes) -> Drawing:
    return Drawing(hashlib.sha256(picture).hexdigest(), "")
