"""``licence-qr verify``: verify a code without register or network."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from licence_qr import wording
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import load_settings
from licence_qr.domain.dates import local_date
from licence_qr.domain.publishing.pasted import NAMES, PastedAs
from licence_qr.domain.publishing.public_page import FoundBy
from licence_qr.domain.publishing.sayings import first_words
from licence_qr.errors import LicenceQRError, TokenError, UnreadableError
from licence_qr.key_services import build_verification
from licence_qr.services.publishing.verification import (
    MAX_FILE_BYTES,
    CodeSeen,
    CodesSeen,
    Description,
    Verification,
)
from licence_qr.wording.states import Saying, state
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

_NAMES = {PastedAs.NUMBER: term("field.code_number"), **NAMES}
_REFUSED, _UNKNOWN = state("verdict.refused"), state("verdict.unknown")
_NEEDED = term("beyond.needed")
_ANYTHING = Text("其他二维码", "Other code")
_MOST_OF_HOST = 60  # characters; the end says whose it is


@click.command(cls=Command, short_help="离线核验二维码。 Verify a code offline.")
# Unprocessed, because it may be a file name, which may be any bytes.
@click.argument("code", type=click.UNPROCESSED, help="网址、数字、图片或 PDF。 Address, digits, image or PDF.")
@json_option
def verify(code: str, as_json: bool) -> None:
    """核验 CODE：二维码里的网址、其中的数字，或者含有二维码的图片、PDF 文件。离线核验，只读取 LICENCE_QR_KEYS 下的信任列表；
    只说明二维码是否真实，不说明许可现在是否有效。图片或文字里的其他码列在下面。退出状态：0 真实，1 不真实，2 无法判断。

    Verify CODE: the address in a QR code, its digits, or an image or PDF that contains one.

    Works offline: only the trust list under LICENCE_QR_KEYS is read. It tells whether the code is genuine, not whether the
    permits are still in force. Other codes of the image or text are named below. Exit status: 0 genuine, 1 not genuine,
    2 cannot tell.
    """
    beside: dict[str, Any] = {}
    try:
        seen = _seen(code)
        said = seen.first.said
        if as_json:
            beside = {"also_seen": [_also(each) for each in seen.others], "pages_left_out": seen.pages_left_out}
        if isinstance(said, TokenError):
            if not as_json:
                _tell_beside(seen, err=True)
            raise said
    except LicenceQRError as error:
        if not as_json:
            if error.exit_status != 2:
                click.echo(f"{_REFUSED.tone.sign} {_REFUSED.zh}  {_REFUSED.en}", err=True)
            raise
        say(_refusal(error) | beside)
        raise click.exceptions.Exit(error.exit_status) from None
    facts = _facts(said, local_date(datetime.now(UTC)))
    if as_json:
        say(facts | beside)
    else:
        click.echo(_as_text(facts))
        _tell_beside(seen)


def _seen(code: str) -> CodesSeen:
    verification = build_verification(load_settings())
    now = datetime.now(UTC)
    if "://" in code or (code.isascii() and code.isdigit()):
        return verification.codes_in_text(code, now)
    path = Path(code)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)  # one beyond the limit, in case the file has no end
    except (OSError, ValueError):
        return _pasted(verification, code, now)
    return verification.codes_in_file(data, path.name, now)


def _pasted(verification: Verification, text: str, now: datetime) -> CodesSeen:
    """A link that does not begin as one, such as one in full width or without https. Raises UnreadableError."""
    pasted = verification.pasted(text)
    if pasted.kind is PastedAs.CODE:
        return verification.codes_in_text(text, now)
    if pasted.kind is PastedAs.NUMBER:
        raise UnreadableError("code_number_not_signed", number=pasted.texts[0])
    raise UnreadableError("file_unreadable", name=text[:200])


def _refusal(error: LicenceQRError) -> dict[str, Any]:
    """What says why nothing is told of the code; a verdict only where it is refused."""
    refused = error.exit_status != 2
    return {
        "genuine": False if refused else None,
        **(_verdict(_REFUSED) if refused else {}),
        "code": error.code,
        "zh": str(wording.explain(error, "zh")),
        "en": str(wording.explain(error, "en")),
    }


def _verdict(said: Saying) -> dict[str, Any]:
    """The verdict as in the JSON of the public page (docs/verifying/public-json.md)."""
    name = "refused" if said is _REFUSED else "unknown"
    words = first_words(said, FoundBy.SYMBOL)
    headline = {"zh": words.zh, "en": words.en}
    return {"verdict": name, "headline": headline, "tone": said.tone.value, "severity": said.severity}


def _permit_saying(first: date, last: date | None, today: date) -> Saying:
    """What the dates of a permit say of it: without a list, nobody knows whether it is in force."""
    if last is not None and today > last:
        return state("status.expired")
    return state("status.not_yet_valid" if today < first else "status.unknown")


def _facts(description: Description, today: date) -> dict[str, Any]:
    return {
        "genuine": True,
        **_verdict(_UNKNOWN),
        "code_number": description.code_number,
        "version": description.version,
        "issued_on": description.issued_on.isoformat(),
        "uscc": description.uscc,
        "name": description.name,
        "permits": [
            {
                "permit_type": {"zh": p.permit_type.zh, "en": p.permit_type.en},
                "permit_no": p.permit_no,
                **_status(_permit_saying(p.valid_from, p.valid_to, today)),
                "valid_from": p.valid_from.isoformat(),
                "valid_to": p.valid_to and p.valid_to.isoformat(),
            }
            for p in description.permits
        ],
        "permits_not_in_symbol": description.not_shown,
    }


def _status(said: Saying) -> dict[str, Any]:
    return {"status": {"zh": said.zh, "en": said.en}, "tone": said.tone.value, "severity": said.severity}


def _also(code: CodeSeen) -> dict[str, Any]:
    """A code beside the one that is told of."""
    said = code.said
    if isinstance(said, TokenError):
        return {"genuine": False, "kind": code.kind.value, "host": code.host or None, "code": said.code}
    return {"genuine": True, "code_number": said.code_number, "version": said.version, "name": said.name}


def _tell_beside(seen: CodesSeen, *, err: bool = False) -> None:
    for code in seen.others:
        click.echo(f"另外看到 also seen: {_named(code)}", err=err)
    if left_out := seen.pages_left_out:
        click.echo(f"PDF 有 {left_out} 页没有查看。 {left_out} pages of the PDF were not looked at.", err=err)


def _named(code: CodeSeen) -> str:
    said = code.said
    if not isinstance(said, TokenError):
        return f"{said.name or '（未起字号 no trade name）'}  {said.code_number}  v{said.version}，真实 genuine"
    if code.kind is PastedAs.CODE:
        return f"亮证二维码，不真实 licence code, not genuine [{said.code}]"
    name = _NAMES.get(code.kind, _ANYTHING)
    return f"{name.zh} {name.en}" + (f"  {code.host[-_MOST_OF_HOST:]}" if code.host else "")


def _as_text(facts: dict[str, Any]) -> str:
    headline = facts["headline"]
    lines = [
        f"{_UNKNOWN.tone.sign} {headline['zh']}。请以扫码页面为准。",
        f"  {headline['en']}. Scan the code to see whether the permits are in force.",
        f"  {_NEEDED.zh}。 {_NEEDED.en}.",
        f"编号 code number  {facts['code_number']}  v{facts['version']}  {facts['issued_on']}",
        f"营业执照 licence   {facts['uscc']}  {facts['name'] or '（未起字号 no trade name）'}",
    ]
    for permit in facts["permits"]:
        names = permit["permit_type"]
        lines.append(
            f"{names['zh']} {names['en']}  {permit['permit_no']}  {permit['valid_from']} – {permit['valid_to'] or '长期'}"
            f"  {permit['status']['zh']} {permit['status']['en']}"
        )
    if facts["permits_not_in_symbol"]:
        lines.append(f"另有 {facts['permits_not_in_symbol']} 项见页面 more on the page")
    return "\n".join(lines)
