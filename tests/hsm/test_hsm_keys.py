"""Keys in a hardware module: they sign codes there, never come out, and what goes wrong is named."""

from __future__ import annotations

import gc
import os
import select
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from program import environ, run_here

from licence_qr.bootstrap import Services, build
from licence_qr.config import Settings, load_settings
from licence_qr.credential.cose import TRUST_LIST_AAD, check_signature, check_signature_numbers, sign, split
from licence_qr.credential.token import to_digits
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.errors import KeyStoreError
from licence_qr.key_services import build_ceremony, build_verification
from licence_qr.preparation import prepare
from licence_qr.services.keys.trust_list_editions import KeyPlace
from licence_qr.store.keys.hsm import Hsm

ADDRESS = "https://ym.example.gov.cn"


@pytest.fixture
def hsm(module):
    return Hsm(*module)


@pytest.fixture
def settings(module, tmp_path) -> Settings:
    places = {"LICENCE_QR_HOME": str(tmp_path / "var"), "LICENCE_QR_KEYS": str(tmp_path / "keys")}
    return load_settings(places | module.environ | {"LICENCE_QR_ADDRESS": ADDRESS})


@pytest.fixture
def issuing(settings, now) -> Services:
    """An installation whose codes are signed in the module."""
    prepare(settings, now, demonstration=True)
    build_ceremony(settings).rotate(KeyPurpose.LICENCE, 0, now, hsm_label="codes")
    return build(settings)


def refusal(action, *arguments):
    with pytest.raises(KeyStoreError) as refused:
        action(*arguments)
    return refused.value.code


def restart(module):
    """End all sessions, as a module does that was switched off and on."""
    gc.collect()  # searches of the library that still wait to be closed would complain later
    pkcs11.lib(str(module.library)).reinitialize()


def test_what_the_module_signs_is_raw_es256_and_low_s_after_the_envelope(hsm):
    public = hsm.public_key("envelope")
    key = hsm.key(b"\x01\x02", "envelope")
    high = 0
    for number in range(24):
        assert len(raw := key.sign(b"%d" % number)) == 64
        high += raw[32] >> 7
        parts = split(sign(b"%d" % number, key, TRUST_LIST_AAD))
        check_signature_numbers(parts.signature)
        check_signature(parts, TRUST_LIST_AAD, public)
    assert high  # 1 in 2**24 that there was none to be mended


def test_a_pair_is_made_once_and_cannot_be_taken_out(hsm, module):
    assert hsm.public_key("once") == hsm.public_key("once") == Hsm(*module).public_key("once")
    session = pkcs11.lib(str(module.library)).get_token(token_label=module.token).open()
    (private,) = session.get_objects(
        {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.Attribute.LABEL: "once"}
    )
    assert private[pkcs11.Attribute.SENSITIVE] and not private[pkcs11.Attribute.EXTRACTABLE]
    with pytest.raises(pkcs11.PKCS11Error):
        private[pkcs11.Attribute.VALUE]


def test_codes_signed_in_the_module_verify_like_any_other(issuing, make_application, clerk, now):
    trusted = issuing.keys.trust_list().signing_keys(KeyPurpose.LICENCE, now.date())[0]
    assert issuing.keys.place(trusted) is KeyPlace.HSM
    pair = issuing.issuance.issue(make_application(), clerk, "key", now)
    assert split(pair.code.token).kid == trusted.kid
    assert issuing.lookup.scan(to_digits(pair.code.token), now)
    assert build_verification(issuing.settings).of_text(to_digits(pair.code.token), now)


def test_no_private_key_of_the_module_lies_in_the_folder(issuing, settings, now):
    kid = issuing.keys.signing_key(now).kid.hex()
    assert [path.name for path in settings.keys.glob(f"*{kid}*")] == [f"licence-{kid}.hsm"]
    assert (settings.keys / f"licence-{kid}.hsm").read_text() == "codes"


def test_threads_that_sign_at_once_wait_for_one_another(hsm):
    public = hsm.public_key("threads")
    key = hsm.key(b"\x01\x02", "threads")
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda number: sign(b"%d" % number, key), range(64)))
    for token in tokens:
        check_signature(split(token), b"licence-qr/1", public)


def test_a_session_that_the_module_closed_is_opened_again(hsm, module):
    hsm.public_key("again")
    key = hsm.key(b"\x01\x02", "again")
    key.sign(b"before")
    restart(module)
    assert len(key.sign(b"after")) == 64


def test_what_is_missing_or_wrong_is_named(hsm, module, tmp_path):
    assert refusal(hsm.sign, "no such key", b"") == "hsm_key_missing"
    assert refusal(Hsm(module.library, "no such token", module.pin_file).sign, "x", b"") == "hsm_refused"
    restart(module)  # nobody is signed in any more
    assert refusal(Hsm(module.library, module.token, tmp_path / "no-pin").sign, "x", b"") == "hsm_pin_missing"
    (tmp_path / "wrong").write_text("000000")
    assert refusal(Hsm(module.library, module.token, tmp_path / "wrong").sign, "x", b"") == "hsm_refused"
    assert refusal(Hsm(tmp_path / "no-module.so", module.token, module.pin_file).sign, "x", b"") == "hsm_refused"


def test_a_key_of_another_curve_is_refused(hsm, module):
    session = pkcs11.lib(str(module.library)).get_token(token_label=module.token).open(rw=True)
    hsm.public_key("signed in")
    curve = pkcs11.util.ec.encode_named_curve_parameters("secp384r1")
    parameters = session.create_domain_parameters(pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True)
    parameters.generate_keypair(store=True, label="other curve")
    assert refusal(hsm.public_key, "other curve") == "hsm_key_curve"


def test_without_the_module_in_the_settings_scanning_goes_on_and_signing_says_why(
    issuing, settings, make_application, clerk, now
):
    pair = issuing.issuance.issue(make_application(), clerk, "key", now)
    places = {"LICENCE_QR_HOME": str(settings.home), "LICENCE_QR_KEYS": str(settings.keys)}
    without = build(load_settings(places | {"LICENCE_QR_ADDRESS": ADDRESS}))
    assert without.lookup.scan(to_digits(pair.code.token), now)
    assert refusal(without.keys.signing_key, now) == "hsm_not_set"


def test_without_the_library_nothing_but_the_module_is_missing(module):
    code = (
        "import sys; sys.modules['pkcs11'] = None\n"
        "from pathlib import Path\n"
        "import licence_qr.bootstrap\n"
        "from licence_qr.store.keys.hsm import Hsm\n"
        "from licence_qr.errors import KeyStoreError\n"
        "try: Hsm(Path('x'), 'x', Path('x')).sign('x', b'')\n"
        "except KeyStoreError as error: print(error.code)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "hsm_library_missing"


def test_the_command_takes_a_key_of_the_module(module, settings, tmp_path, now):
    prepare(settings, now, demonstration=True)
    places = environ(tmp_path) | module.environ
    made = run_here(places, "keys", "new", "licence", "--hsm", "codes")
    assert made.status == 0, made.err
    listed = run_here(places, "keys", "list")
    assert (listed.status, "hsm" in listed.out) == (0, True), listed.err
    key = build(settings).keys.signing_key(now)
    assert isinstance(Hsm(*module).public_key("codes"), ec.EllipticCurvePublicKey) and len(key.sign(b"x")) == 64


def test_only_the_signer_has_a_session_of_the_module(issuing, settings, module, make_application, clerk, now, tmp_path):
    """The service names the socket alone: it signs by a module that it could not even find."""
    path = tmp_path / "s"
    places = {"LICENCE_QR_HOME": str(settings.home), "LICENCE_QR_KEYS": str(settings.keys)}
    named = places | {"LICENCE_QR_ADDRESS": ADDRESS, "LICENCE_QR_SIGNER_SOCKET": str(path)}
    command = [sys.executable, "-m", "licence_qr", "sign-service"]
    signer = subprocess.Popen(command, env=os.environ | named | module.environ, stdout=subprocess.DEVNULL)
    try:
        while not path.exists():
            assert signer.poll() is None
            select.select([], [], [], 0.01)
        service = build(load_settings(named))
        pair = service.issuance.issue(make_application(), clerk, "key", now)
        assert service.keys.hsm is None
        assert module.library.name in Path(f"/proc/{signer.pid}/maps").read_text(encoding="utf-8")
        assert verified_token(service, pair, now)
        service.database.close()
    finally:
        signer.terminate()
        assert signer.wait() == 0


def verified_token(service, pair, now) -> bool:
    page = service.lookup.scan(to_digits(pair.code.token), now)
    return bool(page.newest_version == pair.code.version)
