"""Permit numbers: written by a template, read back by it, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.catalogue.model import NumberTemplate

HYGIENE = NumberTemplate(1, "hygiene_permit", "cq_gxq_health", "渝高新卫公证字〔{year}〕第{serial:05d}号")

literals = st.text(st.characters(whitelist_categories=["Lo", "Ll"]), max_size=8)
templates = st.builds(
    lambda head, middle, tail: NumberTemplate(1, "t", "a", f"{head}{{year}}{middle}{{serial:05d}}{tail}"),
    literals,
    literals.filter(bool),
    literals,
)


@given(template=templates, year=st.integers(1949, 2199), serial=st.integers(1, 10**7))
def test_what_a_template_writes_it_reads(template, year, serial):
    assert template.parse(template.render(year, serial)) == (year, serial)


@pytest.mark.parametrize(
    ("serial", "text"), [(1, "渝高新卫公证字〔2026〕第00001号"), (123456, "渝高新卫公证字〔2026〕第123456号")]
)
def test_a_serial_has_five_digits_or_more(serial, text):
    assert HYGIENE.render(2026, serial) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "渝高新卫公证字〔2026〕第1号",
        "渝高新卫公证字〔2026〕第000001号",
        "渝高新卫公证字(2026)第00001号",
        "渝高新卫公证字〔2026〕第00001号 ",
        "渝高新卫公证字〔２０２６〕第00001号",
        "渝高新卫公证字〔2026〕第0000x号",
        "渝高新卫公证字〔2026〕第-0001号",
        "渝高新卫公证字〔02026〕第00001号",
        "渝高新卫公证字〔²026〕第00001号",
    ],
)
def test_any_other_form_is_text_and_not_a_number_of_the_template(text):
    assert HYGIENE.parse(text) is None


@given(text=st.text(max_size=40))
def test_reading_never_fails(text):
    found = HYGIENE.parse(text)
    assert found is None or HYGIENE.render(*found) == text


def test_every_template_of_the_catalogue_reads_what_it_writes(catalogue):
    for template in catalogue.number_templates:
        assert template.parse(template.render(2026, 42)) == (2026, 42)
