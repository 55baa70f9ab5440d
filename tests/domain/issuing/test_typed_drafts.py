"""What is typed into one draft on several pages: nothing is lost, whatever the order in which it arrives."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.issuing.draft import TypedField, Typing, merge

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
STORED = {"name": TypedField("甲", 1, NOW, 1, "first")}


def typed(text: str, revision: int = 1, page: str = "first", turn: int = 1) -> Typing:
    return Typing({"name": text}, revision, page, turn)


def texts_of(field: TypedField) -> set[str]:
    return {field.text, *(rival.text for rival in field.rivals)}


def test_a_page_types_over_what_it_was_made_from():
    merged = merge(STORED, typed("乙", page="second"), 2, NOW, 2)
    assert merged.clashes == ()
    assert merged.entries["name"].text == "乙"
    assert merged.entries["name"].revision == 2


def test_of_a_field_changed_meanwhile_both_texts_are_kept_with_who_typed_them_when():
    merged = merge(STORED, typed("乙", revision=0, page="second"), 2, NOW, 2)
    assert merged.clashes == ("name",)
    kept = merged.entries["name"]
    assert (kept.text, kept.by) == ("甲", 1)
    [rival] = kept.rivals
    assert (rival.text, rival.by, rival.at) == ("乙", 2, NOW)


def test_whoever_types_on_in_a_disputed_field_changes_only_their_own_text():
    disputed = merge(STORED, typed("乙", revision=0, page="second"), 2, NOW, 2).entries
    for revision in (0, 2, 9):
        kept = merge(disputed, typed("乙丙", revision=revision, page="second", turn=2), 2, NOW, 3).entries["name"]
        assert texts_of(kept) == {"甲", "乙丙"}


def test_the_same_text_typed_twice_is_no_dispute_and_ends_one():
    disputed = merge(STORED, typed("乙", revision=0, page="second"), 2, NOW, 2).entries
    agreed = merge(disputed, typed("甲", revision=0, page="second", turn=2), 2, NOW, 3)
    assert agreed.clashes == ()
    assert agreed.entries["name"].rivals == ()


def test_what_a_page_sent_itself_is_no_change_by_somebody_else():
    merged = merge(STORED, typed("甲乙", revision=0), 1, NOW, 2)
    assert merged.clashes == ()
    assert merged.entries["name"].text == "甲乙"


def test_what_arrives_late_does_not_undo_what_the_page_sent_after_it():
    newer = merge(STORED, typed("甲乙丙", turn=3), 1, NOW, 2).entries
    assert merge(newer, typed("甲乙", turn=2), 1, NOW, 3).entries["name"].text == "甲乙丙"


def test_nor_does_it_undo_what_is_kept_beside_the_text_of_somebody_else():
    disputed = merge(STORED, typed("乙丙丁", revision=0, page="second", turn=3), 2, NOW, 2).entries
    for late in ("乙丙", "甲"):
        kept = merge(disputed, typed(late, revision=0, page="second", turn=2), 2, NOW, 3).entries["name"]
        assert texts_of(kept) == {"甲", "乙丙丁"}


def test_a_third_desk_loses_nothing_either():
    fields = STORED
    for page in ("second", "third"):
        fields = merge(fields, typed(page, revision=0, page=page), 2, NOW, 2).entries
    assert texts_of(fields["name"]) == {"甲", "second", "third"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.sampled_from("甲乙丙丁")), max_size=12))
def test_the_last_text_of_every_page_that_saw_nothing_of_the_others_is_kept(sends):
    fields = dict(STORED)
    last: dict[str, str] = {}
    for turn, (page, _, text) in enumerate(sends):
        fields = dict(merge(fields, typed(text, revision=0, page=page, turn=turn), 2, NOW, turn + 2).entries)
        last[page] = text
    assert set(last.values()) <= texts_of(fields["name"])
