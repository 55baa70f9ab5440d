"""What an identity service, or somebody in its place, may say that is not to be believed; how long one waits for it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey
from made_up_service import MadeUpService, made_up_service

from licence_qr.errors import IdentityServiceError
from licence_qr.services.accounts.identity_service.discovery import REMEMBERED_FOR
from licence_qr.services.accounts.identity_service.https import MOST_BYTES
from licence_qr.services.accounts.identity_service.provider import Provider
from licence_qr.services.accounts.identity_service.questions import IdentityQuestion, Registration, ServiceAnswer

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CLIENT = "licence-qr"
ASKED = IdentityQuestion("the nonce", "v" * 64, NOW - timedelta(minutes=1))
CODE = ServiceAnswer("the code")
Claims = dict[str, Any]


@dataclass
class Asking:
    """A provider, and the service it asks."""

    there: MadeUpService
    registered: Registration
    provider: Provider

    def claims(self, **changes: Any) -> Claims:
        at = int(NOW.timestamp())
        right = {"iss": self.there.issuer, "sub": "a", "aud": CLIENT, "exp": at + 300, "iat": at, "nonce": ASKED.nonce}
        merged = right | {"auth_time": at - 20, "number": "1001"} | changes
        return {name: value for name, value in merged.items() if value is not None}

    def person(self, answer: ServiceAnswer = CODE, now: datetime = NOW) -> Any:
        return self.provider.person(ASKED, answer, now)

    def refusal(self, answer: ServiceAnswer = CODE, now: datetime = NOW) -> tuple[str, str]:
        with pytest.raises(IdentityServiceError) as refused:
            self.person(answer, now)
        return refused.value.code, str(refused.value.facts.get("because", ""))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUpService]:
    with made_up_service(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def asking(running: MadeUpService, tmp_path: Path) -> Iterator[Asking]:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    named = Registration(
        issuer=running.issuer,
        name="示例",
        ca_file=running.ca_file,
        client_id=CLIENT,
        client_secret_file=secret,
        return_address="https://ym.example.gov.cn/back",
        staff_claim="number",
        acr_values=frozenset({"two"}),
        amr_values=frozenset({"mfa"}),
    )
    kept = dict(running.answers)
    asking = Asking(running, named, Provider(named, seconds=5))
    running.say(asking.claims())
    yield asking
    running.answers.clear()
    running.answers.update(kept)
    running.held.clear()
    running.dripping.clear()
    running.asked.clear()


def test_a_token_in_order_proves_a_person(asking: Asking) -> None:
    assert (asking.person().staff_no, asking.person().second_factor) == ("1001", False)
    asking.there.say(asking.claims(acr="two"))
    assert asking.person().second_factor
    asking.there.say(asking.claims(acr="one", amr=["pwd", "mfa"]))
    assert asking.person().second_factor
    asking.there.say(asking.claims(acr=["two"], amr=[["mfa"]]))
    assert not asking.person().second_factor


AT = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": None, "nonce_supported": False}, "nonce"),
        ({"aud": "another"}, "aud"),
        ({"aud": [CLIENT, "another"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"azp": "another"}, "azp"),
        ({"iss": "https://localhost:1"}, "iss"),
        ({"iss": None}, "iss"),
        ({"sub": None}, "sub"),
        ({"exp": AT - 61}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "never"}, "exp"),
        ({"iat": AT + 120}, "iat"),
        ({"iat": AT - 601}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": AT + 120}, ""),
        ({"auth_time": None}, "auth_time"),
        ({"auth_time": AT - 121}, "auth_time"),
        ({"auth_time": True}, "auth_time"),
        ({"at_hash": "another"}, "at_hash"),
        ({"amr": "mfa"}, "amr"),
    ],
)
def test_a_token_that_says_something_else_is_refused(asking: Asking, changes: Claims, told: str) -> None:
    asking.there.say(asking.claims(**changes))
    code, because = asking.refusal()
    assert code == "identity_service_wrong" and told in because, because


@pytest.mark.parametrize("changes", [{"exp": AT - 59}, {"iat": AT + 59}, {"aud": [CLIENT]}, {"azp": CLIENT}])
def test_clocks_may_differ_by_a_minute(asking: Asking, changes: Claims) -> None:
    asking.there.say(asking.claims(**changes))
    assert asking.person().staff_no == "1001"


@pytest.mark.parametrize("number", [None, "", " ", 1001, ["1001"], "1" * 65, "10\u000001", {"a": 1}])
def test_a_staff_number_is_a_text(asking: Asking, number: object) -> None:
    asking.there.say(asking.claims(number=number))
    assert asking.refusal()[0] == "identity_service_no_staff_no"


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(asking: Asking) -> str:
    return f"{part({'alg': 'none'})}.{part(asking.claims())}."


def by_the_public_key(asking: Asking) -> str:
    public = asking.there.key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(asking.claims())}"
    signature = hmac.digest(public, signed.encode(), "sha256")  # the library refuses to make one
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def by_the_secret(asking: Asking) -> str:
    return jwt.encode({"alg": "HS256"}, asking.claims(), OctKey.import_key("secret" * 6))


def by_another(asking: Asking) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, asking.claims(), RSAKey.generate_key(2048, {"kid": "one"}))


def by_one_that_nobody_knows(asking: Asking) -> str:
    return jwt.encode({"alg": "RS256", "kid": "two"}, asking.claims(), RSAKey.generate_key(2048, {"kid": "two"}))


def by_one_it_brings(asking: Asking) -> str:
    own = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "jwk": own.as_dict(private=False)}, asking.claims(), own)


def with_other_claims(asking: Asking) -> str:
    head, _, signature = jwt.encode({"alg": "RS256", "kid": "one"}, asking.claims(), asking.there.key).split(".")
    return f"{head}.{part(asking.claims(number='1002'))}.{signature}"


@pytest.mark.parametrize(
    "forged",
    [
        unsigned,
        by_the_public_key,
        by_the_secret,
        by_another,
        by_one_that_nobody_knows,
        by_one_it_brings,
        with_other_claims,
        lambda asking: "",
        lambda asking: "no token",
        lambda asking: "." * 20_000,
        lambda asking: "x" * 100_000,
        lambda asking: f"{part({'alg': 'RS256', 'crit': ['x'], 'x': 1})}.{part(asking.claims())}.AAAA",
        lambda asking: f"{part([])}.{part([])}.AAAA",
    ],
)
def test_a_token_that_the_service_has_not_signed_is_refused(asking: Asking, forged: Callable[[Asking], str]) -> None:
    asking.there.give(forged(asking))
    assert asking.refusal()[0] == "identity_service_wrong"


def test_a_shared_secret_among_the_keys_is_none_of_them(asking: Asking) -> None:
    shared = OctKey.import_key("s" * 32, {"kid": "one", "use": "sig"})
    asking.there.answers["/keys"] = (
        200,
        {"keys": [shared.as_dict(private=True), asking.there.key.as_dict(private=False)]},
    )
    asking.there.give(jwt.encode({"alg": "HS256", "kid": "one"}, asking.claims(), shared))
    assert asking.refusal()[0] == "identity_service_wrong"


def test_a_service_that_changes_its_keys_is_asked_for_them_once_more(asking: Asking) -> None:
    asking.person()
    new = RSAKey.generate_key(2048, {"kid": "new", "use": "sig"})
    asking.there.answers["/keys"] = (200, {"keys": [new.as_dict(private=False)]})
    asking.there.give(jwt.encode({"alg": "PS256", "kid": "new"}, asking.claims(), new, algorithms=["PS256"]))
    asking.there.asked.clear()
    assert asking.person().staff_no == "1001"
    assert asking.there.asked == ["/token", "/keys"]


def test_what_the_service_says_of_itself_is_remembered_for_an_hour(asking: Asking) -> None:
    asking.person()
    asking.there.asked.clear()
    asking.person()
    assert asking.there.asked == ["/token"]
    later = NOW + REMEMBERED_FOR
    asking.refusal(now=later)  # that token is old by then
    assert asking.there.asked[1:] == ["/.well-known/openid-configuration", "/token", "/keys"]


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://localhost:1"},
        {"issuer": None},
        {"token_endpoint": "http://localhost/token"},
        {"token_endpoint": "https://"},
        {"token_endpoint": "https://localhost:99999/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": 'https://localhost/"><script>'},
        {"authorization_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_a_service_that_says_of_itself_what_cannot_be_is_not_asked(asking: Asking, changes: Claims) -> None:
    asking.there.answers["/.well-known/openid-configuration"] = (200, asking.there.metadata(**changes))
    assert asking.refusal()[0] == "identity_service_wrong"
    assert "/token" not in asking.there.asked


@pytest.mark.parametrize("issuer", ["https://localhost:1", "", "https://evil.example"])
def test_an_answer_of_another_service_is_not_taken_to_this_one(asking: Asking, issuer: str) -> None:
    assert asking.refusal(ServiceAnswer("the code", issuer=issuer)) == ("identity_service_wrong", "iss of the answer")
    assert "/token" not in asking.there.asked


def test_a_service_that_names_itself_in_answers_always_does(asking: Asking) -> None:
    told = asking.there.metadata(authorization_response_iss_parameter_supported=True)
    asking.there.answers["/.well-known/openid-configuration"] = (200, told)
    assert asking.refusal() == ("identity_service_wrong", "iss missing")
    assert asking.person(ServiceAnswer("the code", issuer=asking.there.issuer)).staff_no == "1001"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    ("answer", "because"),
    [
        ((200, b"<html>Welcome to the network. Please pay.</html>"), "not JSON"),
        ((200, b"[]"), "not an object"),
        ((200, b"[" * 100_000), "not JSON"),
        ((200, b'{"a": "' + b"x" * MOST_BYTES), "too long"),
        ((302, {}), "status 302"),
        ((500, {}), "status 500"),
    ],
)
def test_an_answer_that_is_none_is_told_as_such(asking: Asking, path: str, answer: Any, because: str) -> None:
    asking.there.answers[path] = answer
    assert asking.refusal() == ("identity_service_unreachable", because)


@pytest.mark.parametrize("error", ["invalid_grant", "<script>alert(1)</script>", 7])
def test_a_service_that_says_no_is_believed(asking: Asking, error: object) -> None:
    asking.there.answers["/token"] = (400, {"error": error})
    assert asking.refusal() == ("identity_service_declined", "invalid_grant" if error == "invalid_grant" else "unknown")
    assert asking.refusal(ServiceAnswer(error="access_denied")) == ("identity_service_declined", "access_denied")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("how", ["held", "dripping"])
def test_nobody_waits_for_a_service_that_comes_to_no_end(asking: Asking, path: str, how: str) -> None:
    getattr(asking.there, how).add(path)
    hasty = replace(asking, provider=Provider(asking.registered, seconds=1))
    assert hasty.refusal() == ("identity_service_unreachable", "timeout")


def test_a_certificate_that_nobody_trusts_ends_it(asking: Asking, tmp_path: Path) -> None:
    for ca_file in (None, tmp_path / "missing.pem", tmp_path / "secret"):
        trusting = replace(asking, provider=Provider(replace(asking.registered, ca_file=ca_file)))
        assert trusting.refusal()[0] == "identity_service_unreachable"
    assert asking.there.asked == []


def test_a_secret_that_cannot_be_read_is_told_and_none_is_shown(asking: Asking, tmp_path: Path) -> None:
    (tmp_path / "secret").unlink()
    assert asking.refusal()[0] == "identity_service_secret"
    told = f"{ASKED} {CODE} {asking.registered}"
    assert not [each for each in ("v" * 64, "the nonce", "the code") if each in told]


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("nonce", "identity_service_wrong"),
        ("sub", "identity_service_wrong"),
        ("number", "identity_service_no_staff_no"),
    ],
)
def test_half_a_character_is_refused_and_no_failure(asking: Asking, claim: str, code: str) -> None:
    """JSON can name half of a pair of UTF-16, which no text in UTF-8 has."""
    claims = json.dumps(asking.claims(**{claim: "1\ud8001"})).encode("ascii")
    asking.there.give(jws.serialize_compact({"alg": "RS256", "kid": "one"}, claims, asking.there.key))
    assert asking.refusal()[0] == code
