"""``licence-qr verify``: verify a code without register or network."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from licence_qr import wording
from licence_qr.bootstrap import build_verification
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import load_settings
from licence_qr.domain.publishing.pasted import PastedAs
from licence_qr.errors import LicenceQRError, UnreadableError
from licence_qr.services.publishing.verification import MAX_FILE_BYTES, Description, Verification


@click.command(cls=Command, short_help="离线核验二维码。 Verify a code offline.")
# Unprocessed, because it may be a file name, which may be any bytes.
@click.argument("code", type=click.UNPROCESSED, help="网址、数字、图片或 PDF。 Address, digits, image or PDF.")
@json_option
def verify(code: str, as_json: bool) -> None:
    """核验 CODE：二维码里的网址、其中的数字，或者含有二维码的图片、PDF 文件。离线核验，只读取 LICENCE_QR_KEYS 下的信任列表；
    只说明二维码是否真实，不说明许可现在是否有效。退出状态：0 真实，1 不真实，2 无法判断。

    Verify CODE: the address in a QR code, its digits, or an image or PDF that contains one.

    Works offline: only the trust list under LICENCE_QR_KEYS is read. It tells whether the code is genuine, not whether the
    permits are still in force. Exit status: 0 genuine, 1 not genuine, 2 cannot tell.
    """
    try:
        description = _verified(code)
    except LicenceQRError as error:
        if not as_json:
            raise
        say(_refusal(error))
        raise click.exceptions.Exit(error.exit_status) from None
    facts = _facts(description)
    if as_json:
        say(facts)
    else:
        click.echo(_as_text(facts))


def _verified(code: str) -> Description:
    verification = build_verification(load_settings())
    now = datetime.now(UTC)
    if "://" in code or (code.isascii() and code.isdigit()):
        return verification.of_text(code, now)
    path = Path(code)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)  # one beyond the limit, in case the file has no end
    except (OSError, ValueError):
        return _pasted(verification, code, now)
    return verification.of_file(data, path.name, now)


def _pasted(verification: Verification, text: str, now: datetime) -> Description:
    """A link that does not begin as one, such as one in full width or without https. Raises UnreadableError."""
    pasted = verification.pasted(text)
    if pasted.kind is PastedAs.CODE:
        return verification.of_text(text, now)
    if pasted.kind is PastedAs.NUMBER:
        raise UnreadableError("code_number_not_signed", number=pasted.texts[0])
    raise UnreadableError("file_unreadable", name=text[:200])


def _refusal(error: LicenceQRError) -> dict[str, Any]:
    return {
        "genuine": None if error.exit_status == 2 else False,
        "code": error.code,
        "zh": str(wording.explain(error, "zh")),
        "en": str(wording.explain(error, "en")),
    }


def _facts(description: Description) -> dict[str, Any]:
    return {
        "genuine": True,
        "code_number": description.code_number,
        "version": description.version,
        "issued_on": description.issued_on.isoformat(),
        "uscc": description.uscc,
        "name": description.name,
        "permits": [
            {
                "permit_type": {"zh": p.permit_type.zh, "en": p.permit_type.en},
                "permit_no": p.permit_no,
                "valid_from": p.valid_from.isoformat(),
                "valid_to": p.valid_to and p.valid_to.isoformat(),
            }
            for p in description.permits
        ],
        "permits_not_in_symbol": description.not_shown,
    }


def _as_text(facts: dict[str, Any]) -> str:
    lines = [
        "真实：签名有效。是否仍有效，请以扫码页面为准。",
        "Genuine: the signature is valid. Scan the code to see whether the permits are still in force.",
        f"编号 code number  {facts['code_number']}  v{facts['version']}  {facts['issued_on']}",
        f"营业执照 licence   {facts['uscc']}  {facts['name'] or '（未起字号 no trade name）'}",
    ]
    for permit in facts["permits"]:
        names = permit["permit_type"]
        lines.append(
            f"{names['zh']} {names['en']}  {permit['permit_no']}  {permit['valid_from']} – {permit['valid_to'] or '长期'}"
        )
    if facts["permits_not_in_symbol"]:
        lines.append(f"另有 {facts['permits_not_in_symbol']} 项见页面 more on the page")
    return "\n".join(lines)
