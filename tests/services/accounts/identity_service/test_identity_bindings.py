"""A person is bound to the identity by which they first came in; another one with their number is refused and told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from people import CLIENT

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.people import ProvenPerson, ServiceIdentity
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role, Via
from licence_qr.errors import AccessError, ConflictError, InputError
from licence_qr.services.accounts.identity_service import bindings
from licence_qr.services.accounts.identity_service.bindings import state_of
from licence_qr.services.accounts.identity_service.signing_in import entered_by
from licence_qr.services.accounts.people import PersonView, ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.register import history

PASSWORD, OFFICE, HERE = "only-for-these-tests", "baishiyi", "https://sso.example.gov.cn"
PROOF = ProofFrom(Proof(PASSWORD), CLIENT)


@dataclass
class Scene:
    """li has number 1002; an administrator looks on."""

    services: Services
    now: datetime

    def actor(self, name: str) -> Actor:
        found = self.services.accounts.user(name)
        assert found is not None
        return found

    def come(self, sub: str, staff_no: str = "1002", issuer: str = HERE) -> list[str] | str:
        """As the sign-in does: the accounts opened to this identity, the first of which binds it; or the refusal."""
        self.now += timedelta(seconds=1)
        proven = ProvenPerson(ServiceIdentity(issuer, sub), staff_no, second_factor=True)
        try:
            with self.services.database.write() as tx:
                users = entered_by(tx, proven)
                bindings.bind(tx, proven, users[0].actor, self.now)
        except AccessError as refused:
            with self.services.database.write() as tx:
                bindings.note_refused(tx, proven, Via(network="192.0.2.0"), self.now)
            return refused.code
        return [user.actor.username for user in users]

    def renumber(self, name: str, staff_no: str) -> None:
        self.now += timedelta(seconds=1)
        details = PersonDetails(staff_no, name, OFFICE)
        self.services.staff.change(self.actor(name).person_id, details, AT_THE_MACHINE, self.now)

    def view(self, name: str = "li") -> PersonView:
        return self.services.people.get(self.actor("admin"), self.actor(name).person_id)

    def unbind(self, reason: str = "平台更换了账户", was: str | None = None, proof: ProofFrom = PROOF) -> None:
        bound, key = self.view().bound, self.actor("li").person_id
        assert bound is not None
        self.services.identity_bindings.unbind(
            self.actor("admin"), key, reason, state_of(bound) if was is None else was, proof, self.now
        )

    def events(self, kind: EventKind) -> list[dict[str, Any]]:
        with self.services.database.read() as tx:
            return history.of_kind(tx, kind)


@pytest.fixture
def scene(services: Services, now: datetime) -> Scene:
    for name, role, staff_no in (("li", Role.CLERK, "1002"), ("he", Role.CLERK, ""), ("admin", Role.ADMIN, "1")):
        services.accounts.create(name, name, OFFICE, frozenset({role}), PASSWORD, now, staff_no=staff_no)
    return Scene(services, now)


def test_the_first_identity_is_bound_and_every_other_is_refused_and_told(scene: Scene) -> None:
    assert scene.come("li's") == ["li"] and scene.come("li's") == ["li"]
    (bound,) = scene.events(EventKind.IDENTITY_BOUND)
    assert (bound["actor"], json.loads(bound["after"])) == ("li", {"issuer": HERE, "sub": "li's"})
    assert scene.view().told == ()
    assert scene.come("a stranger's") == scene.come("a stranger's") == "identity_service_other_identity"
    (told,) = scene.events(EventKind.IDENTITY_REFUSED)
    assert told["subject"] == f"person/{scene.actor('li').person_id}"
    assert json.loads(told["after"]) == {"issuer": HERE, "sub": "a stranger's", "staff_no": "1002"}
    assert [text.zh for text in scene.view().told] == ["另一身份用此工号登录，已拒绝"]
    assert scene.come("li's") == ["li"]


def test_an_identity_is_one_person_also_if_its_number_becomes_that_of_another(scene: Scene) -> None:
    scene.services.accounts.create("wu", "wu", OFFICE, frozenset({Role.CLERK}), PASSWORD, scene.now, staff_no="1003")
    assert scene.come("li's") == ["li"]
    assert scene.come("li's", "1003") == "identity_service_other_identity"
    assert scene.view().told and scene.view("wu").bound is None


def test_the_same_name_at_another_service_is_another_identity(scene: Scene) -> None:
    assert scene.come("li's") == ["li"]
    assert scene.come("li's", issuer="https://other.example.gov.cn") == [
        "li"
    ]  # chosen by whoever runs the installation
    assert scene.come("another's", issuer="https://other.example.gov.cn") == "identity_service_other_identity"


def test_another_number_of_whoever_is_bound_needs_no_more(scene: Scene) -> None:
    assert scene.come("li's") == ["li"]
    scene.renumber("li", "9999")
    assert scene.come("a stranger's", "9999") == "identity_service_other_identity"
    assert scene.come("li's", "9999") == ["li"]


def test_an_account_that_came_by_merging_is_not_opened_by_whoever_is_bound(scene: Scene) -> None:
    assert scene.come("li's") == ["li"]
    scene.now += timedelta(seconds=1)
    li, he = scene.actor("li").person_id, scene.actor("he").person_id
    scene.services.staff.merge(li, he, AT_THE_MACHINE, scene.now)
    assert scene.come("li's") == ["li"]


def test_an_entry_that_is_kept_takes_over_the_identity_of_the_other(scene: Scene) -> None:
    assert scene.come("li's") == ["li"]
    scene.services.staff.merge(scene.actor("he").person_id, scene.actor("li").person_id, AT_THE_MACHINE, scene.now)
    bound = scene.view().bound
    assert bound is not None and bound.identity == ServiceIdentity(HERE, "li's")
    assert scene.come("a stranger's") == "identity_service_other_identity"


def test_an_identity_that_came_by_merging_vouches_for_no_other_number_of_the_owner(scene: Scene) -> None:
    scene.services.accounts.create("wu", "wu", OFFICE, frozenset({Role.CLERK}), PASSWORD, scene.now, staff_no="2000")
    assert (scene.come("li's"), scene.come("wu's", "2000")) == (["li"], ["wu"])
    scene.renumber("wu", "")
    scene.unbind()
    li, wu = (scene.actor(name).person_id for name in ("li", "wu"))
    scene.now += timedelta(seconds=1)
    scene.services.staff.merge(li, wu, AT_THE_MACHINE, scene.now)
    scene.renumber("li", "2000")
    assert scene.come("wu's", "2000") == "identity_service_number_new"


def test_once_unbound_the_next_identity_with_the_number_is_bound(scene: Scene) -> None:
    scene.come("li's")
    scene.come("li's new one")
    scene.unbind("平台\n更换了账户")
    (told,) = scene.events(EventKind.IDENTITY_UNBOUND)
    assert (told["actor"], json.loads(told["after"])) == ("admin", {"reason": "平台 更换了账户"})
    assert json.loads(told["before"]) == {"issuer": HERE, "sub": "li's"}
    assert scene.view().bound is None and scene.view().told == ()
    assert scene.come("li's new one") == ["li"]
    assert scene.come("li's") == "identity_service_other_identity"


def test_unbinding_opens_nothing_to_a_number_that_the_owner_has_not_seen(scene: Scene) -> None:
    """Or one administrator could write another number, unbind, and let its holder in."""
    scene.come("li's")
    scene.renumber("li", "9999")
    scene.unbind()
    assert scene.come("a stranger's", "9999") == "identity_service_number_new"


def test_unbinding_is_confirmed_for_what_was_shown_and_says_why(scene: Scene) -> None:
    scene.come("li's")
    with pytest.raises(InputError, match="unbinding_reason_missing"):
        scene.unbind(" ")
    with pytest.raises(InputError, match="password_missing"):
        scene.unbind(proof=ProofFrom(Proof(""), CLIENT))
    with pytest.raises(AccessError, match="password_wrong"):
        scene.unbind(proof=ProofFrom(Proof("not the password"), CLIENT))
    with pytest.raises(ConflictError, match="person_changed_meanwhile"):
        scene.unbind(was="another|identity|2026-01-01")
    scene.services.identity_bindings.unbind_by(scene.actor("li").person_id, "核对", AT_THE_MACHINE, scene.now)
    with pytest.raises(ConflictError, match="person_changed_meanwhile"):
        scene.services.identity_bindings.unbind_by(scene.actor("li").person_id, "核对", AT_THE_MACHINE, scene.now)


def test_nobody_but_another_administrator_unbinds(scene: Scene) -> None:
    scene.come("li's")
    key = scene.actor("li").person_id
    for who, code in (("he", "role_not_allowed"), ("admin", "own_account")):
        target = scene.actor("admin").person_id if who == "admin" else key
        with pytest.raises(AccessError, match=code):
            scene.services.identity_bindings.unbind(scene.actor(who), target, "核对", "", PROOF, scene.now)
