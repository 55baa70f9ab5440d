"""Signing a promise: what is drawn is kept encrypted, links are used once, and the document outlives the draft."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from licence_qr.credential.token import to_digits
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.draft import Typing
from licence_qr.domain.issuing.promise import Agent, PromiseSignature
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, LicenceChange
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError, ConflictError, InputError, InvalidApplication, NotFoundError, RegisterError
from licence_qr.store.files import rows
from licence_qr.store.register import permits

DRAWN = "[[100,50,200,60],[150,40,150,150]]"
HYGIENE = ("hygiene_permit",)
CLIENT = "192.0.2.1"


@pytest.fixture
def draft(services, clerk, now, catalogue):
    notice = catalogue.notice("hygiene_permit", local_date(now))
    fields = {
        "trade": "hotel", "kinds": "hotel", "area_m2": "320", "answer_serves_food": "no", "answer_has_pool": "no",
        "entity_form": "company", "uscc": "", "name": "测试宾馆有限公司", "entity_type": "有限责任公司",
        "principal": "测试员", "established_on": "2026-11-20", "domicile": "重庆市九龙坡区白市驿镇测试路1号",
        "business_scope": "住宿服务", "premises_address": "重庆市九龙坡区白市驿镇测试路1号",
        "premises_region": "500107105", "mode": "commitment", "notice_id": notice.id,
        "notice_version": notice.version, "notice_sha256": notice.sha256, "signer": "测试员",
    }  # fmt: skip
    started = services.applications.start(clerk, now)
    return services.applications.save(clerk, started.draft_id, Typing(fields, 0), now)


def files(services) -> frozenset[str]:
    with services.database.read() as tx:
        return rows.names(tx)


def state(services, clerk, draft, now):
    stored = services.applications.get(clerk, draft.draft_id)
    return services.signatures.state(clerk, stored, HYGIENE, now)


def token_of(link) -> str:
    return link.address.rpartition("/")[2]


def promise_of_business(services, uscc: str) -> str:
    with services.database.read() as tx:
        return permits.of_business(tx, uscc)[0].permit.promise


def refused(act, *given) -> str:
    with pytest.raises((AccessError, ConflictError, InputError, NotFoundError, RegisterError)) as found:
        act(*given)
    return found.value.code


def test_what_is_drawn_at_the_desk_is_in_the_document_and_kept_with_it(services, clerk, draft, now):
    services.signatures.sign_here(clerk, draft.draft_id, HYGIENE, DRAWN, now)
    assert state(services, clerk, draft, now).stands
    picture = services.signatures.picture(clerk, draft.draft_id)
    assert Image.open(io.BytesIO(picture)).format == "PNG"
    pair = services.applications.issue(clerk, draft.draft_id, now)
    name = promise_of_business(services, pair.uscc)
    promise = services.promises.published(name, CLIENT, now)
    assert promise.facts["signed"]["image_sha256"] == hashlib.sha256(picture).hexdigest()
    assert services.promises.signature(clerk, name) == picture
    assert name in services.lookup.scan(to_digits(pair.code.token), now).permits[0].promise
    assert len(files(services)) == 1


def test_signed_again_the_earlier_picture_is_gone(services, clerk, draft, now):
    services.signatures.sign_here(clerk, draft.draft_id, HYGIENE, DRAWN, now)
    [first] = files(services)
    services.signatures.sign_here(clerk, draft.draft_id, HYGIENE, DRAWN, now)
    [second] = files(services)
    assert first != second
    services.signatures.take_back(clerk, draft.draft_id, now)
    assert files(services) == frozenset()
    assert state(services, clerk, draft, now).drawn is None


@pytest.mark.parametrize("end", ["discarded", "swept", "standard procedure"])
def test_with_the_draft_the_picture_is_gone(services, clerk, draft, now, end):
    services.signatures.sign_here(clerk, draft.draft_id, HYGIENE, DRAWN, now)
    services.signatures.open_link(clerk, draft.draft_id, HYGIENE, now)
    if end == "discarded":
        services.applications.discard(clerk, draft.draft_id, now)
    elif end == "swept":
        assert services.applications.sweep(now + timedelta(days=99)) == 1
    else:
        services.applications.save(clerk, draft.draft_id, Typing({"mode": "general"}, draft.revision), now)
        services.applications.issue(clerk, draft.draft_id, now)
    assert files(services) == frozenset()


def test_a_signature_of_what_the_form_no_longer_says_does_not_count(services, clerk, draft, now):
    services.signatures.sign_here(clerk, draft.draft_id, HYGIENE, DRAWN, now)
    services.applications.save(clerk, draft.draft_id, Typing({"name": "改名宾馆有限公司"}, draft.revision), now)
    signing = state(services, clerk, draft, now)
    assert (signing.stands, signing.changed) == (False, ("name",))
    with pytest.raises(InvalidApplication) as found:
        services.applications.issue(clerk, draft.draft_id, now)
    assert [each.code for each in found.value.problems] == ["promise_signed_before_change"]


def test_nor_does_one_of_the_day_before(services, clerk, draft, now):
    services.signatures.sign_here(clerk, draft.draft_id, HYGIENE, DRAWN, now)
    tomorrow = now + timedelta(days=1)
    assert not state(services, clerk, draft, tomorrow).stands
    with pytest.raises(InvalidApplication):
        services.applications.issue(clerk, draft.draft_id, tomorrow)


def test_nothing_is_signed_that_is_not_filled_in(services, clerk, draft, now):
    services.applications.save(clerk, draft.draft_id, Typing({"premises_address": " "}, draft.revision), now)
    for sign, given in ((services.signatures.sign_here, (DRAWN, now)), (services.signatures.open_link, (now,))):
        assert refused(sign, clerk, draft.draft_id, HYGIENE, *given) == "promise_facts_missing"
    assert state(services, clerk, draft, now).missing.field == "premises_address"


# -- on a phone --------------------------------------------------------------------------------------------------------


def test_a_link_shows_the_whole_notice_and_is_used_once(services, clerk, draft, now):
    link = services.signatures.open_link(clerk, draft.draft_id, HYGIENE, now)
    assert state(services, clerk, draft, now).link == link  # the desk can show the code again
    asked = services.signatures.asked(token_of(link), CLIENT, now)
    assert asked.notice.text and (asked.facts.name, asked.facts.signer) == ("测试宾馆有限公司", "测试员")
    services.signatures.sign_by_link(token_of(link), DRAWN, CLIENT, now)
    assert state(services, clerk, draft, now).stands
    for again in (
        services.signatures.asked,
        lambda *given: services.signatures.sign_by_link(given[0], DRAWN, *given[1:]),
    ):
        assert refused(again, token_of(link), CLIENT, now) == "signing_link_unknown"
    pair = services.applications.issue(clerk, draft.draft_id, now)
    promise = services.promises.published(promise_of_business(services, pair.uscc), CLIENT, now)
    assert promise.facts["signed"]["how"] == "phone"


def test_a_link_ends(services, clerk, draft, now):
    link = services.signatures.open_link(clerk, draft.draft_id, HYGIENE, now)
    minutes = services.catalogue.life_rules_on(now.date()).signing_link_minutes
    last = now + timedelta(minutes=minutes)
    assert link.ends_at == last
    services.signatures.asked(token_of(link), CLIENT, last - timedelta(seconds=1))
    assert refused(services.signatures.sign_by_link, token_of(link), DRAWN, CLIENT, last) == "signing_link_unknown"
    assert files(services) == frozenset()
    assert state(services, clerk, draft, last).link is None


def test_a_second_link_ends_the_first_and_so_does_a_signature_at_the_desk(services, clerk, draft, now):
    first = services.signatures.open_link(clerk, draft.draft_id, HYGIENE, now)
    second = services.signatures.open_link(clerk, draft.draft_id, HYGIENE, now)
    assert refused(services.signatures.asked, token_of(first), CLIENT, now) == "signing_link_unknown"
    services.signatures.sign_here(clerk, draft.draft_id, HYGIENE, DRAWN, now)
    assert refused(services.signatures.asked, token_of(second), CLIENT, now) == "signing_link_unknown"


def test_the_register_alone_holds_no_link(services, clerk, draft, now, all_rows):
    link = services.signatures.open_link(clerk, draft.draft_id, HYGIENE, now)
    assert token_of(link) not in str(all_rows(services.database))


def test_guessing_a_link_is_soon_refused(services, now):
    asked = services.signatures.asked
    found = [refused(asked, f"guess-{n}\ud800", CLIENT, now) for n in range(61)]
    assert set(found[:60]) == {"signing_link_unknown"}
    assert found[60] == "too_many_signing_links"


def test_a_scribble_leaves_the_link_open(services, clerk, draft, now):
    link = services.signatures.open_link(clerk, draft.draft_id, HYGIENE, now)
    for strokes in ("", "[[1,1]]", "[[1]]"):
        assert refused(services.signatures.sign_by_link, token_of(link), strokes, CLIENT, now).startswith("signature_")
    services.signatures.sign_by_link(token_of(link), DRAWN, CLIENT, now)


# -- afterwards --------------------------------------------------------------------------------------------------------


def test_a_change_of_the_licence_keeps_the_promise(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    before = promise_of_business(services, pair.uscc)
    why = Grounds("变更", "《市场主体登记管理条例》第二十四条", "")
    change = ActRequest(Subject(pair.uscc), Act.CHANGE, why, clerk, LicenceChange(principal="新负责人"))
    services.life.perform(clerk, change, now)
    assert promise_of_business(services, pair.uscc) == before
    assert services.promises.published(before, CLIENT, now).facts["business"]["principal"] == "测试员"


def test_the_signature_is_the_offices(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    name = promise_of_business(services, pair.uscc)
    assert not services.promises.for_staff(clerk, name).drawn  # of an application file: on paper
    assert refused(services.promises.signature, clerk, name) == "file_deleted"
    elsewhere = Actor(9, "elsewhere", "外窗口", "jinfeng", frozenset({Role.CLERK}))
    assert refused(services.promises.for_staff, elsewhere, name) == "other_office"
    assert refused(services.promises.published, "0" * 64, CLIENT, now) == "promise_not_found"


def test_who_the_agent_was_is_shown_to_the_office_alone(services, make_application, clerk, now):
    application = make_application()
    [request] = application.permits
    agent = Agent("代办人", "授权委托书", local_date(now))
    signed = replace(request.commitment, signature=PromiseSignature("代办人", local_date(now), agent))
    application = replace(application, permits=(replace(request, commitment=signed),))
    pair = services.issuance.issue(application, clerk, "key", now)
    name = promise_of_business(services, pair.uscc)
    published = services.promises.published(name, CLIENT, now)
    assert "代办人" not in published.document and published.facts["signed"]["by"] == "agent"
    assert services.promises.for_staff(clerk, name).agent["name"] == "代办人"
    with services.database.write() as tx:
        tx.run("UPDATE promises SET private = ''")
    assert services.promises.for_staff(clerk, name).agent is None  # erased; the document keeps its name
    assert services.promises.published(name, CLIENT, now) == published
