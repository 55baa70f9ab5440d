"""The verifier for browsers, in chromium: the same corpus and the same codes as the Python verifier, and its mutants."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import parts
import pytest
import test_mutated_tokens as mutants
from allow_list_faults import allow_list
from parts import (
    NOW,
    ORIGIN,
    TRUSTED,
    WORDS,
    address,
    key_entry,
    payload,
    permit,
    token,
    trust_list,
)
from playwright.sync_api import Browser, Page
from python_verdict import verdict

from licence_qr.credential.token import to_digits

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests" / "vectors"
FILES = sorted(CORPUS.glob("*/*.json"))
A_TIME = 1_000
Rounds = Callable[[int, int], int]  # short, and long as a campaign
GOOD = address(token())
JUDGE = """async (contents) => {
    const said = [];
    for (const content of contents) {
        try {
            said.push(await window.verdict(window.verifier, content));
        } catch (crash) {
            said.push({ crash: String(crash.stack) });
        }
    }
    return said;
}"""


@pytest.fixture(scope="module")
def browser_page(chromium: Browser, server: str) -> Iterator[Page]:
    """A page of the application in which the modules are loaded from where the application serves them."""
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(server)
    style = page.locator("link[rel=stylesheet]").first.get_attribute("href")
    assert style is not None and style.endswith("/ui/site.css")
    page.evaluate(
        "async (address) => { window.verifier = await import(address) }",
        style.replace("ui/site.css", "verifier/verifier.js"),
    )
    script = (
        (CORPUS / "browser_verdict.js").read_text(encoding="utf-8").replace("export async function", "async function")
    )
    page.evaluate(f"() => {{ {script}; window.verdict = verdict }}")
    yield page
    context.close()


def judged(page: Page, contents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the browser says of each; a crash of the verifier is said too."""
    said: list[dict[str, Any]] = []
    for start in range(0, len(contents), A_TIME):
        said += page.evaluate(JUDGE, contents[start : start + A_TIME])
    return said


def differing(
    page: Page, contents: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Every content of which the two verifiers do not say the same, facts included."""
    pairs = zip(contents, map(verdict, contents), judged(page, contents), strict=True)
    return [(content, python, browser) for content, python, browser in pairs if python != browser]


def test_the_browser_says_of_every_vector_what_python_says(browser_page: Page) -> None:
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]
    assert len(contents) > 300
    assert differing(browser_page, contents) == []


def test_the_browser_says_of_every_vector_what_the_corpus_expects(browser_page: Page) -> None:
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]
    wrong = []
    for path, content, said in zip(FILES, contents, judged(browser_page, contents), strict=True):
        expected = content["expected"]
        if {name: said.get(name) for name in expected} != expected:
            wrong.append((path.stem, said))
    assert wrong == []


def usual(text: str, trusted: bytes = TRUSTED) -> dict[str, Any]:
    return {"text": text, "now": NOW, "root_key": parts.ROOT.point.hex(), "trust_list": trusted.hex()}


def mutated_texts(count: int) -> Iterator[str]:
    """Texts from the mutants that the Python verifier is tried with too; genuine ones among them are left out."""
    mutants.CHANCE.seed(20261124)
    kinds = (mutants.flip_bits, mutants.set_byte, mutants.cut_or_grow, mutants.splice, mutants.malleate)
    for number in range(count):
        original = mutants.GENUINE[number % len(mutants.GENUINE)]
        if number % 6 == 5:
            yield mutants.edit_digits(original)
        else:
            yield f"{ORIGIN}/c/{to_digits(kinds[number % 6](original))}"


@pytest.mark.campaign
def test_no_mutant_is_accepted_and_none_throws_and_both_verifiers_say_the_same_of_it(
    browser_page: Page, rounds: Rounds
) -> None:
    count = rounds(2_400, 20_000)
    trusted = trust_list([key_entry(parts.ThrowAway(bytes((0, kid)), kid)) for kid in (1, 2)])
    genuine = [usual(f"{ORIGIN}/c/{text}", trusted) for text in sorted(mutants.GENUINE_TEXTS)]
    assert all("claims" in said for said in judged(browser_page, genuine))
    texts = {text for text in mutated_texts(count) if text.removeprefix(f"{ORIGIN}/c/") not in mutants.GENUINE_TEXTS}
    contents = [usual(text, trusted) for text in sorted(texts)]
    assert len(contents) > count // 2
    said = judged(browser_page, contents)
    assert [found for found in said if "code" not in found] == []
    assert [code for code, found in zip(map(verdict, contents), said, strict=True) if code != found] == []


def changed(original: bytes, chance: random.Random) -> bytes:
    """``original`` with a byte or two changed, taken out or put in."""
    mutant = bytearray(original)
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(mutant))
        mutant[at : at + chance.randint(0, 1)] = chance.randbytes(chance.randint(0, 2))
    return bytes(mutant)


def signed_mutants(count: int) -> Iterator[bytes]:
    """Payloads with a few bytes changed, taken out or put in, then signed: what comes behind the signature is tried too."""
    chance = random.Random(20261125)
    originals = [
        payload(),
        payload(permits=[permit(days=None), permit(number="旧编号7")], permit_count=7),
        payload(permits=[]),
        payload(version=2**32 - 1, name="𠮷".encode("utf-16-be")),
    ]
    for number in range(count):
        yield token(changed(originals[number % len(originals)], chance))


@pytest.mark.campaign
def test_of_well_signed_nonsense_both_verifiers_say_the_same(browser_page: Page, rounds: Rounds) -> None:
    contents = [usual(address(mutant)) for mutant in signed_mutants(rounds(600, 4_000))]
    assert differing(browser_page, contents) == []


def mutated_lists(count: int) -> Iterator[dict[str, Any]]:
    """A genuine code beside a trust list, a status list or an allow-list that was changed and then signed well."""
    chance = random.Random(20261126)
    lost = trust_list([key_entry(state=parts.COMPROMISED)])
    for _ in range(count):
        wrong = changed(parts.cbor(parts.trust_items()), chance)
        yield usual(GOOD, token(wrong, parts.ROOT, aad=parts.TRUST_AAD))
        claims = parts.status_claims({4096: 3, 4097: 1}, count=4200)
        yield usual(GOOD) | {"status_list": parts.status_list(changed(parts.cbor(claims), chance)).hex()}
        yield usual(GOOD, lost) | {"allow_list": changed(allow_list([token()]), chance).hex()}


@pytest.mark.campaign
def test_of_lists_of_well_signed_nonsense_both_verifiers_say_the_same(browser_page: Page, rounds: Rounds) -> None:
    contents = list(mutated_lists(rounds(70, 500)))
    said = zip(contents, map(verdict, contents), judged(browser_page, contents), strict=True)
    # Codes, claims and statuses; not the facts, where the two languages write a foreign value in their own ways.
    assert [each for each in said if {**each[1], "facts": None} != {**each[2], "facts": None}] == []


def test_claims_are_told_in_the_words_of_the_vocabulary(browser_page: Page) -> None:
    content = usual(address(token(payload(permits=[permit(), permit(number="旧7", days=None)], permit_count=3))))
    described = browser_page.evaluate(
        """async ([content, words]) => {
            const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
            const trustList = await window.verifier.readTrustList(bytes(content.trust_list), bytes(content.root_key));
            const { claims } = await window.verifier.verify(content.text, { trustList, now: new Date(content.now) });
            return [window.verifier.describe(claims, words), window.verifier.describe(claims, null)];
        }""",
        [content, WORDS],
    )
    first, second = described[0]["permits"]
    assert first == {
        "type": {"zh": "卫生许可证", "en": "Hygiene permit"},
        "number": "示卫公证字〔2026〕第00012号",
        "validFrom": 20780,
        "validTo": 22240,
    }
    assert (second["number"], second["validTo"], described[0]["notShown"]) == ("旧7", None, 1)
    assert described[1]["permits"][0]["type"]["en"] == "Permit type 2"


def test_the_vendored_library_is_what_its_sums_say() -> None:
    folder = ROOT / "static" / "vendor" / "cborg"
    sums = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.js")}
    assert files == {name for name in sums if name.endswith(".js")}
    for name in files:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sums[name], name
