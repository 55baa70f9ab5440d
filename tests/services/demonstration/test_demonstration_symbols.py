"""Two foreign readers read every symbol of the demonstration, from the screen and from the printed sheet."""

from __future__ import annotations

import io
import multiprocessing
from datetime import datetime
from itertools import cycle
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from licence_qr.bootstrap import Services
from licence_qr.credential.token import address
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.roles import Actor
from licence_qr.errors import RuleError
from licence_qr.key_services import build_verification
from licence_qr.printing.qr import make_symbol
from licence_qr.services.demonstration.data import businesses

HOST = "https://ym.example.gov.cn"
PRINT_DPI = 150
_FORK = multiprocessing.get_context("fork")


def slugs(*, ended: bool) -> list[str]:
    """The demonstration's businesses whose licence has ended, or has not."""
    return [b.slug for b in businesses() if (b.verdict is Verdict.LICENCE_ENDED) is ended]


def zxing(picture: Image.Image) -> list[str]:
    """What zxing-cpp reads."""
    return [found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def zbar(picture: Image.Image) -> list[str]:
    """What ZBar reads."""
    return [found.data.decode() for found in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])]


def test_both_readers_read_every_picture(demonstration):
    for code in demonstration.demonstration_register.codes():
        picture = Image.open(io.BytesIO(code.png)).convert("L")
        assert zxing(picture) == [code.address], code.name
        assert zbar(picture) == [code.address], code.name


def printed_and_read(services: Services, clerk: Actor, now: datetime, job: tuple[str, str]) -> tuple[str, ...]:
    """The address in the code of one business, and what each reader reads off its card, printed at 150 dpi."""
    slug, size = job
    code = services.demonstration_register.code(slug)
    with pypdfium2.PdfDocument(services.prints.card_pdf(clerk, code.uscc, size, now)) as document:
        picture = document[0].render(scale=PRINT_DPI / 72, grayscale=True).to_pil()
    return code.address, "\n".join(zxing(picture)), "\n".join(zbar(picture))


def one_of_each_kind(services: Services) -> list[tuple[str, str]]:
    """Of each version of symbol one card, of the business that comes first; the sizes of sheet in turn."""
    first: dict[int, str] = {}
    for slug in slugs(ended=False):
        first.setdefault(make_symbol(services.demonstration_register.code(slug).address).version, slug)
    return list(zip(first.values(), cycle(("A5", "A4")), strict=False))


@pytest.mark.campaign
def test_both_readers_read_every_kind_of_printed_card_at_150_dpi(demonstration, clerk, now, rounds):
    """One card of each kind; in the campaign every card."""
    every = [(slug, size) for slug in slugs(ended=False) for size in ("A4", "A5")]
    few = one_of_each_kind(demonstration)
    assert len(few) < len(every) and {size for _, size in few} == {"A4", "A5"}
    jobs = [*few, *(job for job in every if job not in few)][: rounds(len(few), len(every))]
    demonstration.database.close()  # a connection must not be carried into another process
    reading, children = {}, []
    for share in (jobs[::2], jobs[1::2]):  # two at a time: embedding the fonts takes a second a card
        ours, theirs = _FORK.Pipe(duplex=False)
        child = _FORK.Process(target=_send_all, args=(theirs, demonstration, clerk, now, share), daemon=True)
        child.start()
        theirs.close()
        children.append((child, ours))
    for child, ours in children:
        reading |= ours.recv()
        child.join()
    assert list(reading) and set(reading) == set(jobs)
    for job, (printed, by_zxing, by_zbar) in reading.items():
        assert (by_zxing, by_zbar) == (printed, printed), job


def test_no_card_is_printed_for_a_licence_that_has_ended(demonstration, clerk, now):
    assert slugs(ended=True)
    for slug in slugs(ended=True):
        uscc = demonstration.demonstration_register.code(slug).uscc
        with pytest.raises(RuleError, match="card_of_ended_licence"):
            demonstration.prints.card_pdf(clerk, uscc, "A5", now)


def _send_all(pipe: Any, services: Services, clerk: Actor, now: datetime, jobs: list[tuple[str, str]]) -> None:
    pipe.send({job: printed_and_read(services, clerk, now, job) for job in jobs})


def test_no_symbol_is_denser_than_its_record_needs(demonstration, now):
    verification = build_verification(demonstration.settings)
    for code in demonstration.demonstration_register.codes():
        text = address(HOST, code.token)
        signed = verification.of_text(code.address, now)
        few = len(signed.permits) + signed.not_shown <= 1
        most = 11 if few and len(signed.name) <= 20 else 13  # what needs version 12 is drawn as 13
        assert make_symbol(text).version <= most, code.name
