"""Line numbers of TOML: right for every key, and never a wrong value."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.located_toml import TomlFault, read_toml

TRICKY = '''# [not.a.table]
title = "x # not a comment [neither]"
many = [
  "a",  # ] not the end
  "b]",
  { k = "}" },
]
text = """
key = "inside"
[[inside]]
"""
literal = \'\'\'
other = 1
\'\'\'
dotted . name.zh = "x"

[table]
"quoted key" = 1
[[table.row]]
id = 1
[[table.row]]
id = 2
[table.row.sub]
deep = true
'''


def test_keys_behind_strings_comments_and_brackets_keep_their_lines() -> None:
    found = read_toml(TRICKY)
    assert found.values == tomllib.loads(TRICKY)
    for path, line in {
        ("title",): 2,
        ("many",): 3,
        ("text",): 8,
        ("literal",): 12,
        ("dotted", "name", "zh"): 15,
        ("table",): 17,
        ("table", "quoted key"): 18,
        ("table", "row", 0, "id"): 20,
        ("table", "row", 1): 21,
        ("table", "row", 1, "id"): 22,
        ("table", "row", 1, "sub", "deep"): 24,
    }.items():
        assert found.line(path) == line, path
    assert ("inside",) not in found.lines and ("other",) not in found.lines


def test_what_has_no_line_is_told_at_what_contains_it() -> None:
    found = read_toml(TRICKY)
    assert found.line(("many", 2, "k")) == 3
    assert found.line(("table", "row", 1, "absent")) == 21
    assert found.line(("nowhere",)) == 1


values = st.one_of(
    st.integers(-99, 99).map(str),
    st.booleans().map(lambda b: str(b).lower()),
    st.text("ab [](){}#='中", max_size=8).map(lambda t: f'"{t}"'),
    st.text('ab []{}#="\n中', max_size=12).map(lambda t: f"'''\n{t}'''"),
    st.lists(st.integers(0, 9), max_size=3).map(lambda xs: "[\n" + ",\n".join(map(str, xs)) + "\n]"),
)
entries = st.lists(st.tuples(st.booleans(), values), min_size=1, max_size=8)


@given(entries)
def test_every_generated_key_is_found_on_its_line(drawn: list[tuple[bool, str]]) -> None:
    text, expected, row = "", {}, -1
    for number, (opens_table, value) in enumerate(drawn):
        if opens_table or row < 0:
            row += 1
            expected["row", row] = text.count("\n") + 1
            text += "[[row]]\n"
        expected["row", row, f"k{number}"] = text.count("\n") + 1
        text += f"k{number} = {value}\n"
    found = read_toml(text)
    assert {path: found.line(path) for path in expected} == expected


@pytest.mark.parametrize(
    "hostile",
    ["a = " + "[" * 5000, "a = " + "9" * 5000, "a = 1\x00", "[" * 20, "a." * 3000 + "b = 1", '"""'],
)
def test_hostile_text_is_a_fault_and_nothing_else(hostile: str) -> None:
    with pytest.raises(TomlFault):
        read_toml(hostile)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_toml(text)
    except TomlFault as fault:
        assert 1 <= fault.line <= text.count("\n") + text.count("\r") + 1
    else:
        assert found.values == tomllib.loads(text.replace("\r\n", "\n"))


@pytest.mark.parametrize(
    ("text", "first", "line"),
    [
        ('a = 1\nb = """\na = 2\n"""\na = 3\n', 1, 5),
        ("[t]\na = 1\n\n[u]\n[t]\n", 1, 5),
        ('[t]\n"x y" = 1\n[u]\n"x y" = 1\n"x y" = 2\n', 4, 5),
        ("a = {b = 1, b = 2}\n", 0, 1),
    ],
)
def test_what_stands_twice_is_told_with_the_line_of_the_first(text: str, first: int, line: int) -> None:
    with pytest.raises(TomlFault) as caught:
        read_toml(text)
    assert (caught.value.first, caught.value.line) == (first, line)
    assert (f"(first: line {first})" in caught.value.detail) == bool(first)
