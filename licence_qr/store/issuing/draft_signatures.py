"""The signature drawn for a draft, and the links by which it can be drawn on a phone. Both end with the draft."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from licence_qr.domain.issuing.promise import Drawing, PromiseFacts, SignedHow
from licence_qr.domain.issuing.promise_form import DrawnSignature
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.files import rows

_LINK = "token_sha256, draft_id, link, facts, made_by, ends_at"


@dataclass(frozen=True, slots=True)
class SigningLink:
    """A link by which one signature can be drawn until ``ends_at``, of which the register has only the hash.

    ``link`` is the random part from which the token is made with a secret that the register does not hold.
    """

    token_sha256: str
    draft_id: str
    link: str
    facts: PromiseFacts
    made_by: int
    ends_at: datetime


def _written(facts: PromiseFacts) -> str:
    return json.dumps(asdict(facts), ensure_ascii=False)


def of_draft(tx: Transaction, draft_id: str) -> DrawnSignature | None:
    """The signature drawn for a draft, or None."""
    row = tx.one(
        "SELECT facts, how, signed_on, image_sha256, file FROM draft_signatures WHERE draft_id = ?", (draft_id,)
    )
    if row is None:
        return None
    drawing = Drawing(row["image_sha256"], row["file"])
    facts = PromiseFacts(**json.loads(row["facts"]))
    return DrawnSignature(facts, SignedHow(row["how"]), date.fromisoformat(row["signed_on"]), drawing)


def put(tx: Transaction, draft_id: str, drawn: DrawnSignature) -> None:
    """Store the signature of a draft in the place of an earlier one, whose picture is deleted."""
    remove(tx, draft_id, drawn.signed_on)
    values = (_written(drawn.facts), drawn.how.value, drawn.signed_on.isoformat())
    tx.run(
        "INSERT INTO draft_signatures (draft_id, facts, how, signed_on, image_sha256, file) VALUES (?, ?, ?, ?, ?, ?)",
        (draft_id, *values, drawn.drawing.image_sha256, drawn.drawing.file),
    )


def remove(tx: Transaction, draft_id: str, on: date, *, handed_on: str = "") -> None:
    """Delete signature and links of a draft. The picture is deleted too, unless it was ``handed_on`` to a promise."""
    drawn = of_draft(tx, draft_id)
    tx.run("DELETE FROM signing_links WHERE draft_id = ?", (draft_id,))
    if drawn is None:
        return
    tx.run("DELETE FROM draft_signatures WHERE draft_id = ?", (draft_id,))
    if drawn.drawing.file != handed_on:
        rows.drop(tx, (drawn.drawing.file,), on)


def add_link(tx: Transaction, link: SigningLink) -> None:
    """Open a link; the links of the draft before it end."""
    tx.run("DELETE FROM signing_links WHERE draft_id = ?", (link.draft_id,))
    tx.run(
        f"INSERT INTO signing_links ({_LINK}) VALUES (?, ?, ?, ?, ?, ?)",
        (
            link.token_sha256,
            link.draft_id,
            link.link,
            _written(link.facts),
            link.made_by,
            link.ends_at.isoformat(),
        ),
    )


def link_of_draft(tx: Transaction, draft_id: str) -> SigningLink | None:
    """The newest link of a draft, open or ended, or None."""
    row = tx.one(f"SELECT {_LINK} FROM signing_links WHERE draft_id = ?", (draft_id,))
    return _link(row) if row else None


def link_of_token(tx: Transaction, token_sha256: str) -> SigningLink | None:
    """The link with this hash, open or ended, or None."""
    row = tx.one(f"SELECT {_LINK} FROM signing_links WHERE token_sha256 = ?", (token_sha256,))
    return _link(row) if row else None


def _link(row: Row) -> SigningLink:
    return SigningLink(
        token_sha256=row["token_sha256"],
        draft_id=row["draft_id"],
        link=row["link"],
        facts=PromiseFacts(**json.loads(row["facts"])),
        made_by=row["made_by"],
        ends_at=datetime.fromisoformat(row["ends_at"]),
    )
