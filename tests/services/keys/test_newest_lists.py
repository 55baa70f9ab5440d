"""An older trust list or allow-list that is put back undoes nothing: at a start, and while the service runs."""

from __future__ import annotations

import pytest
from harmed import tamper

from licence_qr.bootstrap import build
from licence_qr.credential.token import to_digits
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.errors import TokenError
from licence_qr.key_services import build_ceremony
from licence_qr.store.keys import newest_lists
from licence_qr.store.keys.newest_lists import SignedList

LISTS = ("trust-list.cbor", "allow-list.cbor")


@pytest.fixture
def pair(services, make_application, clerk, now):
    return services.issuance.issue(make_application(), clerk, "key", now)


def lists(services):
    folder = services.settings.keys
    return {name: (folder / name).read_bytes() if (folder / name).exists() else None for name in LISTS}


def put_back(services, kept):
    for name, content in kept.items():
        path = services.settings.keys / name
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)


@pytest.fixture
def compromised(services, pair, now):
    """The lists of before the key was declared compromised."""
    kept = lists(services)
    ceremony = build_ceremony(services.settings)
    signed = services.keys.signing_key(now).kid
    assert ceremony.compromise(ceremony.find(signed.hex()), now, now)
    return kept


def refusal(services, pair, now):
    try:
        services.lookup.scan(to_digits(pair.code.token), now)
    except TokenError as error:
        return error.code
    return ""


def starts(services):
    try:
        build(services.settings).database.close()
    except TokenError as error:
        return error.code
    return ""


def test_a_compromise_stands_when_the_older_lists_are_put_back(services, pair, compromised, now):
    before = refusal(services, pair, now)
    assert before == "key_compromised"
    put_back(services, compromised)
    assert refusal(services, pair, now) == "trust_list_older"
    assert starts(services) == "trust_list_older"


@pytest.mark.parametrize("taken_away", ["beside the keys", "in the register"])
def test_either_number_alone_refuses_it(services, pair, compromised, now, taken_away):
    put_back(services, compromised)
    if taken_away == "in the register":
        tamper(services.database, "DELETE FROM register_facts WHERE name LIKE 'newest %'")
    else:
        (services.settings.keys / "newest-lists.json").unlink()
    assert starts(services) == "trust_list_older"


def test_an_older_allow_list_is_refused_and_a_lost_one_lets_nothing_pass(services, pair, compromised, now):
    first = lists(services)["allow-list.cbor"]
    ceremony = build_ceremony(services.settings)
    ceremony.new(KeyPurpose.LICENCE, None, now)
    newer = ceremony.rotate(KeyPurpose.LICENCE, 0, now).new
    assert ceremony.compromise(newer, now, now)
    put_back(services, lists(services) | {"allow-list.cbor": first})
    assert refusal(services, pair, now) == "allow_list_older"
    put_back(services, lists(services) | {"allow-list.cbor": None})
    again = build(services.settings)
    assert refusal(again, pair, now) == "key_compromised"
    again.database.close()


def test_the_newest_lists_put_back_are_in_force_again(services, pair, compromised, now):
    newest = lists(services)
    put_back(services, compromised)
    assert starts(services) == "trust_list_older"
    put_back(services, newest)
    assert starts(services) == ""
    assert refusal(services, pair, now) == "key_compromised"


def test_the_numbers_beside_the_keys_only_rise(tmp_path):
    for sequence, highest in ((3, 3), (2, 3), (5, 5), (5, 5), (4, 5)):
        newest_lists.note(tmp_path, SignedList.TRUST, sequence)
        assert newest_lists.read(tmp_path) == {SignedList.TRUST: highest}
    newest_lists.note(tmp_path, SignedList.ALLOW, 1)
    assert newest_lists.read(tmp_path) == {SignedList.TRUST: 5, SignedList.ALLOW: 1}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"trust_list": "x"}', '{"trust_list": null}', "\xff"])
def test_a_damaged_file_of_numbers_leaves_those_of_the_register(tmp_path, content):
    (tmp_path / "newest-lists.json").write_text(content, encoding="latin-1")
    assert newest_lists.read(tmp_path) == {}
    newest_lists.note(tmp_path, SignedList.TRUST, 2)
    assert newest_lists.read(tmp_path) == {SignedList.TRUST: 2}


@pytest.mark.parametrize("content", ["5", "[]", '"trust_list"', '{"trust_list": 1e999}', '{"trust_list": "9"}', "{"])
def test_a_note_that_no_program_has_written_says_nothing(tmp_path, content):
    (tmp_path / "newest-lists.json").write_text(content)
    assert newest_lists.read(tmp_path) == {}
