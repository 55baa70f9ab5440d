"""A draft as a thing of its own: stored with the first text, taken over, deleted, swept; and its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from licence_qr.domain.issuing.draft import Typing
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Role
from licence_qr.errors import ConflictError, InputError, InvalidApplication, NotFoundError
from licence_qr.services.issuing.drafts import MAX_FIELD_CHARS
from licence_qr.store.register import history


@pytest.fixture
def colleague(services, clerk, now):
    services.accounts.create("desk", "窗口（示例）", clerk.office, {Role.CLERK}, "only-for-these-tests", now)
    services.accounts.create("colleague", "同事（示例）", clerk.office, {Role.CLERK}, "only-for-these-tests", now)
    return services.accounts.user("colleague")


@pytest.fixture
def begun(services, clerk, now):
    """A draft with a name in it."""
    return services.applications.save(
        clerk, services.applications.start(clerk, now).draft_id, Typing({"name": "甲"}, 0, "first"), now
    )


def events_of(services, kind):
    with services.database.read() as tx:
        return [row for row in history.everything(tx) if row["event"] == kind]


def test_nothing_is_stored_before_something_is_typed(services, clerk, now, all_rows):
    before = all_rows(services.database)
    started = services.applications.start(clerk, now)
    for fields in ({}, {"name": "", "kinds": "  "}):
        assert services.applications.keep(clerk, started.draft_id, Typing(fields, 0), now).revision == 0
    assert services.applications.get_or_start(clerk, started.draft_id, now) == started
    assert all_rows(services.database) == before
    with pytest.raises(NotFoundError):
        services.applications.get(clerk, started.draft_id)


@pytest.mark.parametrize("key", ["x", "no-such-draft", "a" * 15 + "é", "a" * 17])
def test_no_draft_is_started_under_a_key_that_is_none(services, clerk, now, key):
    for touch in (
        lambda: services.applications.get_or_start(clerk, key, now),
        lambda: services.applications.keep(clerk, key, Typing({"name": "甲"}, 0), now),
    ):
        with pytest.raises(NotFoundError):
            touch()


def test_a_page_of_a_deleted_draft_does_not_bring_it_back(services, clerk, begun, now):
    services.applications.discard(clerk, begun.draft_id, now)
    with pytest.raises(NotFoundError):
        services.applications.keep(clerk, begun.draft_id, Typing({"name": "乙"}, begun.revision), now)


def test_nor_does_a_page_that_was_opened_before_anything_was_stored(services, clerk, begun, now):
    services.applications.discard(clerk, begun.draft_id, now)
    for late in (Typing({"name": "甲乙"}, 0, "first", 2), Typing({"principal": "张三"}, 0, "second", 1)):
        for store in (services.applications.keep, services.applications.save):
            with pytest.raises(NotFoundError):
                store(clerk, begun.draft_id, late, now)
    with pytest.raises(NotFoundError):
        services.applications.get_or_start(clerk, begun.draft_id, now)
    assert services.applications.drafts(clerk) == ()


def test_what_two_desks_type_into_one_field_is_kept_until_one_is_chosen(services, clerk, colleague, begun, now):
    services.applications.keep(clerk, begun.draft_id, Typing({"name": "甲乙"}, 1, "first", 1), now)
    both = services.applications.keep(colleague, begun.draft_id, Typing({"name": "丙"}, 1, "second", 1), now)
    assert both.fields["name"] == "甲乙"
    with pytest.raises(InvalidApplication) as refused:
        services.applications.check(clerk, both, now)
    assert [(each.field, each.code) for each in refused.value.problems] == [("name", "draft_field_disputed")]
    with pytest.raises(InvalidApplication):
        services.applications.issue(clerk, begun.draft_id, now)
    assert services.applications.choose(clerk, begun.draft_id, "name", "gone", now) == both
    chosen = services.applications.choose(clerk, begun.draft_id, "name", "second", now)
    assert chosen.fields["name"] == "丙"
    assert chosen.disputed == {}
    assert services.applications.names(clerk, (both,))[colleague.user_id] == "同事（示例）"


def test_an_unknown_field_and_a_text_without_end_are_refused_and_nothing_is_stored(services, clerk, begun, now):
    for name, text, code in (
        ("is_admin", "yes", "draft_field_unknown"),
        ("answer_x", "yes", "draft_field_unknown"),
        ("name", "长" * (MAX_FIELD_CHARS + 1), "text_too_long"),
    ):
        with pytest.raises(InputError) as refused:
            services.applications.keep(clerk, begun.draft_id, Typing({"principal": "乙", name: text}, 1), now)
        assert (refused.value.code, refused.value.field) == (code, name)
    assert services.applications.get(clerk, begun.draft_id) == begun


def test_a_search_finds_what_is_kept_sealed_and_shows_it_as_it_was_typed(services, clerk, begun, now):
    code = "915001071000000249"  # a credit code of digits alone looks like an identity number, and is sealed as one
    services.applications.keep(clerk, begun.draft_id, Typing({"uscc": code}, 1, "first", 1), now)
    with services.database.read() as tx:
        assert code not in tx.one("SELECT fields FROM applications")["fields"]
    for text in (code, "甲"):
        [found] = services.applications.named(clerk, text)
        assert found.fields["uscc"] == code
    assert services.applications.named(clerk, "sealed") == ()


def test_a_colleague_takes_a_draft_over_and_everybody_sees_from_whom(services, clerk, colleague, begun, now):
    taken = services.applications.take_over(colleague, begun.draft_id, now)
    assert services.applications.take_over(colleague, begun.draft_id, now) == taken
    stored = services.applications.get(clerk, begun.draft_id)
    assert stored.owner == colleague.user_id
    assert [(each.giver, each.taker, each.at) for each in stored.handed_over] == [
        (clerk.user_id, colleague.user_id, now)
    ]
    assert stored.fields == begun.fields
    [event] = events_of(services, EventKind.APPLICATION_TAKEN_OVER)
    assert (event["actor"], event["subject"]) == ("colleague", f"application/{begun.draft_id}")


def test_a_deleted_draft_leaves_who_deleted_it_and_nothing_that_was_typed(services, clerk, colleague, begun, now):
    services.applications.discard(colleague, begun.draft_id, now)
    assert services.applications.drafts(clerk) == ()
    [event] = events_of(services, EventKind.APPLICATION_DISCARDED)
    assert event["actor"] == "colleague"
    assert "甲" not in str(dict(event))


def test_a_draft_that_nobody_goes_on_with_is_swept_away(services, clerk, begun, now):
    days = services.catalogue.life_rules_on(now.date()).draft_kept_days
    last = now + timedelta(days=days)
    assert services.applications.sweep(last) == 0
    assert services.applications.sweep(last + timedelta(seconds=1)) == 1
    assert services.applications.drafts(clerk) == ()


def test_what_was_issued_is_neither_taken_over_nor_deleted_nor_swept(services, clerk, colleague, begun, now):
    with services.database.write() as tx:
        tx.run("UPDATE applications SET issued_at = ?", (now.isoformat(),))
    for act in (services.applications.take_over, services.applications.discard):
        with pytest.raises(ConflictError) as refused:
            act(colleague, begun.draft_id, now)
        assert refused.value.code == "application_already_issued"
    assert services.applications.sweep(now + timedelta(days=999)) == 0


def test_a_draft_stored_by_an_earlier_release_is_read(services, clerk, begun, now):
    with services.database.write() as tx:
        tx.run("""UPDATE applications SET fields = '{"name": "甲", "trade": "hotel"}'""", ())
    draft = services.applications.get(clerk, begun.draft_id)
    assert draft.fields == {"name": "甲", "trade": "hotel"}
    saved = services.applications.keep(clerk, begun.draft_id, Typing({"name": "乙"}, draft.revision), now)
    assert saved.fields == {"name": "乙", "trade": "hotel"}
    assert replace(saved, entries={}) == replace(services.applications.get(clerk, begun.draft_id), entries={})
