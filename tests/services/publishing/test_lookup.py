"""What a scan and a typed number give: one page, or one of the refusals that are told apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from harmed import tamper

from licence_qr.credential.claims import decode_claims, encode_claims
from licence_qr.credential.cose import SoftKey, sign, split
from licence_qr.credential.token import from_digits, to_digits
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.publishing.public_page import FoundBy, Verdict
from licence_qr.errors import AccessError, InputError, NotFoundError, RegisterError, TokenError
from licence_qr.store.keys import key_files
from licence_qr.store.register import codes


@pytest.fixture
def pair(services, make_application, clerk, now):
    return services.issuance.issue(make_application(), clerk, "key", now)


def digits(pair):
    return to_digits(pair.code.token)


def test_every_demonstration_code_gives_the_verdict_it_claims(demonstration, now):
    said = {
        code.name: demonstration.lookup.scan(to_digits(code.token), now).verdict
        for code in demonstration.demonstration_register.codes()
    }
    assert said == {code.name: code.verdict for code in demonstration.demonstration_register.codes()}


@pytest.mark.parametrize("position", [0, 1, 40, 200, -1])
def test_a_code_with_one_digit_changed_is_refused(position, services, pair, now):
    text = list(digits(pair))
    text[position] = str((int(text[position]) + 1) % 10) if position else "9"
    with pytest.raises(TokenError):
        services.lookup.scan("".join(text), now)


@pytest.mark.parametrize("text", ["", "0", "12345", "١٢٣", "9" * 1300, "9" * 100_000, "1e9", "-5", " 1"])
def test_what_is_no_token_is_refused(text, services, now):
    with pytest.raises(TokenError):
        services.lookup.scan(text, now)


def test_a_code_of_another_installation_is_refused(
    tmp_path, services, pair, make_services, make_application, clerk, now
):
    elsewhere = make_services(tmp_path / "elsewhere")
    foreign = elsewhere.issuance.issue(make_application(), clerk, "key", now)
    with pytest.raises(TokenError) as refused:
        services.lookup.scan(digits(foreign), now)
    assert refused.value.code in {"key_unknown", "signature_mismatch"}


def test_a_genuine_code_that_the_register_does_not_know_is_not_found_and_not_called_forged(services, pair, now):
    tamper(services.database, "DELETE FROM codes")
    with pytest.raises(NotFoundError) as refused:
        services.lookup.scan(digits(pair), now)
    assert refused.value.code == "code_not_in_register"


def test_a_code_that_our_key_signed_and_the_register_did_not_is_refused(services, pair, now):
    kid = services.keys.signing_key(now).kid
    passphrase = key_files.read_passphrase(services.settings.passphrase_file)
    private = key_files.read_private_key(services.settings.keys, key_files.key_name("licence", kid), passphrase)
    claims = decode_claims(split(pair.code.token).payload)._replace(name="另一名称")
    with pytest.raises(TokenError) as refused:
        services.lookup.scan(to_digits(sign(encode_claims(claims), SoftKey(kid, private))), now)
    assert refused.value.code == "token_differs_from_register"


def test_without_a_register_the_answer_says_that_the_signature_held(services, pair, now):
    services.database.close()
    services.settings.register_path.rename(services.settings.register_path.with_suffix(".away"))
    with pytest.raises(RegisterError) as refused:
        services.lookup.scan(digits(pair), now)
    assert (refused.value.code, refused.value.facts["genuine"]) == ("register_missing", True)
    with pytest.raises(TokenError):
        services.lookup.scan(digits(pair)[:-1], now)


def test_an_old_print_says_so_and_shows_what_is_true_today(demonstration, now):
    old = next(c for c in demonstration.demonstration_register.codes() if c.name == "older-print-v1")
    page = demonstration.lookup.scan(to_digits(old.token), now)
    assert (page.verdict, page.today) == (Verdict.OLD_PRINT, Verdict.ALL_IN_FORCE)
    assert (page.version, page.newest_version) == (1, 2)
    assert page.licence.principal == "示例甲六"
    assert "示例甲五" not in repr(page)


def test_a_status_changed_after_printing_is_shown_without_a_new_print(services, pair, now):
    assert services.lookup.scan(digits(pair), now).verdict is Verdict.ALL_IN_FORCE
    with services.database.write() as tx:
        tx.run("UPDATE permits SET state = 'suspended'")
    page = services.lookup.scan(digits(pair), now)
    assert (page.verdict, page.version, page.newest_version) == (Verdict.ATTENTION, 1, 1)


def test_the_page_of_the_day_after_the_last_day_says_expired(services, pair, now):
    last = now.replace(year=2030, month=11, day=22)
    assert services.lookup.scan(digits(pair), last).permits[0].days_left == 0
    assert services.lookup.scan(digits(pair), last + timedelta(days=1)).permits[0].status == "expired"


def test_the_day_changes_at_midnight_in_shanghai(services, pair, now):
    before_midnight = now.replace(year=2030, month=11, day=22, hour=15, minute=59)
    assert services.lookup.scan(digits(pair), before_midnight).permits[0].status == "expiring_soon"
    midnight = before_midnight + timedelta(minutes=1)
    assert services.lookup.scan(digits(pair), midnight).permits[0].status == "expired"


def test_a_number_typed_by_hand_finds_the_newest_version_and_proves_no_print(demonstration_copy, now):
    code = demonstration_copy.demonstration_register.code("older-print")
    with demonstration_copy.database.read() as tx:
        number = codes.newest_of_business(tx, code.uscc).code_id.number
    page = demonstration_copy.lookup.by_number(number.lower().replace("-", " "), "10.0.0.1", now)
    assert (page.found_by, page.version, page.code_number) == (FoundBy.NUMBER, 2, number)
    assert page.verdict is Verdict.ALL_IN_FORCE


def test_a_mistyped_number_is_told_from_an_unknown_one(services, pair, now):
    number = pair.code.code_id.number
    wrong = ("1" if number[0] != "1" else "2") + number[1:]
    with pytest.raises(InputError) as mistyped:
        services.lookup.by_number(wrong, "10.0.0.1", now)
    assert mistyped.value.code == "code_number_check"
    tamper(services.database, "DELETE FROM codes")
    with pytest.raises(NotFoundError):
        services.lookup.by_number(number, "10.0.0.1", now)


def missed(services, client, now, tries):
    """The codes with which numbers that nobody has are answered."""
    codes_told = []
    for n in range(tries):
        with pytest.raises((NotFoundError, AccessError)) as refused:
            services.lookup.by_number(CodeId(n.to_bytes(10)).number, client, now)
        codes_told.append(refused.value.code)
    return codes_told


def test_numbers_that_nobody_has_are_tried_so_often_from_one_network_and_no_more(services, now):
    most = services.lookup.looked_up.missed.limit.most
    assert missed(services, "10.0.0.1", now, most + 2) == ["code_not_in_register"] * most + ["too_many_lookups"] * 2
    assert missed(services, "10.0.0.2", now, 1) == ["code_not_in_register"]
    later = now + timedelta(seconds=services.lookup.looked_up.missed.limit.seconds)
    assert missed(services, "10.0.0.1", later, most) == ["code_not_in_register"] * most


def test_a_whole_shopping_centre_looks_up_whatever_one_visitor_in_it_tries(services, pair, now):
    number = pair.code.code_id.number
    for _ in range(1000):
        assert services.lookup.by_number(number, "10.0.0.1", now).version == 1
    assert missed(services, "10.0.0.1", now, 100)[-1] == "too_many_lookups"
    assert services.lookup.by_number(number, "10.0.0.1", now).version == 1
    assert services.lookup.scan(digits(pair), now)


def test_a_token_changed_in_the_register_itself_is_not_shown_as_genuine(services, pair, now):
    forged = bytearray(from_digits(digits(pair)))
    forged[-1] ^= 1
    tamper(services.database, "UPDATE codes SET token = ?", values=(bytes(forged),))
    with pytest.raises(TokenError):
        services.lookup.by_number(pair.code.code_id.number, "10.0.0.1", now)
    with pytest.raises(TokenError):
        services.lookup.scan(digits(pair), now)


def test_nothing_internal_is_on_a_page(demonstration_copy, make_application, clerk, now):
    pair = demonstration_copy.issuance.issue(make_application(), clerk, "key", now)
    page = repr(demonstration_copy.lookup.scan(digits(pair), now))
    assert "13800001234" not in page and "clerk-baishiyi" not in page


def test_a_register_known_to_be_out_of_reach_is_not_asked_again(services, pair, now):
    services.database.path.unlink()
    gone = RegisterError("register_locked", path="x")
    with pytest.raises(RegisterError) as told:
        services.lookup.scan_without_register(digits(pair), now, gone)
    assert (told.value.code, told.value.facts["genuine"]) == ("register_locked", True)
    forged = digits(pair)[:-1] + str((int(digits(pair)[-1]) + 1) % 10)
    with pytest.raises(TokenError):
        services.lookup.scan_without_register(forged, now, gone)
