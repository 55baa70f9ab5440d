"""Application files: the examples work, and what is wrong with another is told with its line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.permit import GrantMode
from licence_qr.errors import InputError, InvalidApplication, UnreadableError
from licence_qr.services.issuing.application_file import MAX_BYTES, fields_from_toml, read_application_file
from licence_qr.wording import explain

DOCS = Path(__file__).parents[3] / "docs"
COMPANY = (DOCS / "examples" / "company.toml").read_bytes()
TODAY = date(2026, 11, 23)


def problems(data: bytes) -> tuple[InputError, ...]:
    with pytest.raises(InvalidApplication) as caught:
        fields_from_toml(data, "a.toml")
    for problem in caught.value.problems:
        assert all("a.toml" in explain(problem, language).what for language in ("zh", "en"))
    return caught.value.problems


def unreadable(data: bytes) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        fields_from_toml(data, "a.toml")
    assert all("a.toml" in explain(caught.value, language).what for language in ("zh", "en"))
    return caught.value


@pytest.mark.parametrize(
    ("example", "form", "mode"),
    [
        ("company.toml", EntityForm.COMPANY, GrantMode.COMMITMENT),
        ("individual.toml", EntityForm.INDIVIDUAL, GrantMode.GENERAL),
    ],
)
def test_the_examples_are_right_and_say_that_they_are_made_up(example: str, form: EntityForm, mode: GrantMode) -> None:
    data = read_application_file(DOCS / "examples" / example)
    assert "演示数据" in data.decode() and "Demonstration data" in data.decode()
    fields = fields_from_toml(data, example)
    application = parse_application(fields, CATALOGUE, fields.pop("office"), TODAY, False)
    assert application.entity.form is form
    assert [permit.mode for permit in application.permits] == [mode]


def test_values_become_the_text_of_the_form() -> None:
    fields = fields_from_toml(COMPANY, "company.toml")
    assert (fields["established_on"], fields["area_m2"], fields["kinds"]) == ("2025-03-03", "1200", "hotel")
    assert (fields["answer_serves_food"], fields["answer_has_pool"]) == ("yes", "no")


def test_every_key_is_documented() -> None:
    from licence_qr.services.issuing import application_file

    text = (DOCS / "using" / "application-file.md").read_text(encoding="utf-8")
    for section, keys in application_file._SCHEMA.items():
        assert f"`[{section}]`" in text
        for key in keys:
            assert re.search(rf"^\| `{key}` \|", text, re.MULTILINE), f"{section}.{key}"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('[entity]\nnam = "x"', "application_file_key_unknown", 2),
        ("\n[entitiy]\n", "application_file_key_unknown", 2),
        ('trade = "hotel"', "application_file_key_unknown", 1),
        ("[entity]\n\nname = 7", "application_file_value_type", 3),
        ('[application]\nkinds = ["hotel", 1]', "application_file_value_type", 2),
        ("[application]\narea_m2 = 12.5", "application_file_value_type", 2),
        ("[application]\narea_m2 = true", "application_file_value_type", 2),
        ('[answers]\nhas_pool = "yes"', "application_file_value_type", 2),
        ("[entity]\nestablished_on = 2021-09-12T08:00:00", "application_file_value_type", 2),
        ("entity = 3", "application_file_value_type", 1),
        ("[[entity]]\n", "application_file_value_type", 1),
    ],
)
def test_what_does_not_belong_is_told_with_its_line(text: str, code: str, line: int) -> None:
    (problem,) = problems(text.encode())
    assert (problem.code, problem.facts["line"]) == (code, line)


def test_all_that_does_not_belong_is_told_at_once() -> None:
    found = problems(b"[entity]\nname = 1\nuscc = 2\nfoo = 3\n")
    assert [(problem.field, problem.facts["line"]) for problem in found] == [
        ("name", 2),
        ("uscc", 3),
        ("entity.foo", 4),
    ]


def test_bad_syntax_is_told_with_its_line() -> None:
    error = unreadable(b'[entity]\nname = "x\n')
    assert (error.code, error.facts["line"]) == ("application_file_syntax", 2)


def test_a_key_given_twice_is_refused() -> None:
    assert unreadable(b'[entity]\nname = "x"\nname = "y"\n').code == "application_file_syntax"


def test_a_byte_order_mark_is_accepted() -> None:
    assert fields_from_toml(b"\xef\xbb\xbf" + COMPANY, "a.toml") == fields_from_toml(COMPANY, "a.toml")


@pytest.mark.parametrize(("encoding", "guess"), [("gb18030", "GB18030"), ("utf-16", "UTF-16")])
def test_another_encoding_is_refused_and_named(encoding: str, guess: str) -> None:
    error = unreadable(COMPANY.decode().encode(encoding))
    assert (error.code, error.facts["line"]) == ("application_file_encoding", 1)
    assert guess in explain(error, "en").what and guess in explain(error).what


def test_bytes_of_no_encoding_are_refused() -> None:
    assert unreadable(b'[entity]\nname = "\xff"\n').facts["line"] == 2


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * 10_000_000)
    data = read_application_file(big)
    assert len(data) == MAX_BYTES + 1
    assert unreadable(data).code == "application_file_too_large"
    assert fields_from_toml(b"#" * MAX_BYTES, "a.toml") == {}


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.toml", tmp_path):
        with pytest.raises(UnreadableError) as caught:
            read_application_file(path)
        assert caught.value.code == "application_file_missing"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    try:
        fields_from_toml(data, "a.toml")
    except InvalidApplication as invalid:
        assert all(str(explain(problem)) for problem in invalid.problems)
    except UnreadableError as error:
        assert str(explain(error))
