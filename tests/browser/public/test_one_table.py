"""The scan page, its JSON, the verify page with lists and with a pack, and the command line say one thing of a code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from inspection_phone import OFFICE, Phone
from playwright.sync_api import Page
from verify_site import Site, opened, typed

from licence_qr.store.register import codes
from licence_qr.store.register.codes import StoredCode
from licence_qr.wording.states import Tone, state, states

HEADLINE = re.compile(r'class="verdict (\w+)".*?<h1>(.*?)<', re.DOTALL)
CARD = re.compile(r'<article class="card (\w+)">.*?<p class="tag"><span[^>]*>.</span> ([^<]*)<', re.DOTALL)
# Only the register says it of a code: what the list says instead.
BY_LIST = {
    "all_in_force": "in_code",
    "marked": "in_code",
    "incomplete": "in_code",
    "licence_ended": "ended_or_void",
    "void_print": "ended_or_void",
}
ENDED = {"annulled", "revoked", "withdrawn", "cancelled"}


@dataclass(frozen=True)
class Told:
    """What a page says first: words in Chinese, and tone. And of each permit its number before them."""

    words: str
    tone: str
    cards: tuple[tuple[str, str, str], ...] = ()


def words_of(name: str) -> str:
    """The words of a verdict in Chinese, as they stand on a page."""
    said = state(f"verdict.{name}")
    return said.zh if said.bare else f"核验通过，{said.zh}"


def every_code(site: Site) -> list[StoredCode]:
    """Every print of the demonstration."""
    with site.services.database.read() as tx:
        return [each for code in codes.everything_newest(tx) for each in codes.versions_of_business(tx, code.uscc)]


def scanned(page: Page, site: Site, link: str) -> tuple[Told, dict[str, Any]]:
    """The page of the scan, and its JSON."""
    address = f"{site.origin}/c/{link.rpartition('/')[2]}"
    html = unescape(page.request.get(address).text())
    tone, words = HEADLINE.findall(html)[0]
    answer = page.request.get(address, headers={"Accept": "application/json"}).json()
    cards = CARD.findall(html)[1:]  # the first is the licence
    told = zip(answer["permits"], cards, strict=True)
    permits = tuple((permit["permit_no"], words.strip(), tone) for permit, (tone, words) in told)
    return Told(words.strip(), tone, permits), answer


SAID = """() => {
  const own = (element) => [...element.childNodes].filter((node) => !node.classList?.contains("also") && !node.ariaHidden)
    .map((node) => node.textContent).join("").trim();
  const told = (card) =>
    [card.querySelector("dd").textContent.trim(), own(card.querySelector(".tag")), card.className.split(" ").pop()];
  const first = document.querySelector("#outcome .verdict");
  return [own(first.querySelector(".headline")), first.className, first.innerText,
    [...document.querySelectorAll("#outcome > article")].map(told)];
}"""


def verified(page: Page, link: str) -> tuple[Told, str]:
    """What the verify page says, and all words of its verdict."""
    typed(page, link)
    words, tone, whole, cards = page.evaluate(SAID)
    return Told(words, tone.split()[-1], tuple((no, said, shape) for no, said, shape in cards)), whole


def expected(answer: dict[str, Any], said: Told) -> Told:
    """What a verifier with the list says of a code of which the register says this; its cards are held apart."""
    name = BY_LIST.get(answer["verdict"], answer["verdict"])
    if name == "in_code":
        return Told(words_of(name if answer["permits"] else "licence_only"), "good" if answer["permits"] else "plain")
    if name == "ended_or_void":
        return Told(words_of(name), "bad")
    return Told(said.words, said.tone)


def only_the_register_knows(answer: dict[str, Any], code: StoredCode) -> str:
    """What neither the code nor the list says of this business; empty where there is nothing of the kind."""
    signed = {permit["permit_no"] for permit in json.loads(code.record)["permits"]}
    if any(permit["status"] == "pending" for permit in answer["permits"]):
        return "pending"
    if any(permit["deemed_renewed"] for permit in answer["permits"]):
        return "deemed renewed"
    if answer["version"] == answer["newest_version"] and signed - {permit["permit_no"] for permit in answer["permits"]}:
        return "replaced"
    return ""


# Word and tone of a verifier without a pack, where the list cannot tell.
WITHOUT_PACK = {
    "pending": ("licence_only", "plain"),
    "deemed renewed": ("permit_lapsed", "bad"),
    "replaced": ("attention", "care"),
}


def cards_by_list(answer: dict[str, Any], said: Told) -> set[tuple[str, str, str]]:
    """The cards of a page as the list tells them: not which of the four ends it was, nor which decision suspends, nor
    whether something was filed and not granted."""
    told = set()
    for permit, (number, words, tone) in zip(answer["permits"], said.cards, strict=True):
        group = {"suspended": "suspended"} | dict.fromkeys(ENDED, "ended")
        known = "effective" if words == state("standing.filed").zh else group.get(permit["status"])
        told.add((number, state(f"status.{known}").zh if known else words, tone))
    return told


def differing(page: Page, site: Site, code: StoredCode, *, with_pack: bool) -> Iterator[object]:
    """What the verify page says of a code otherwise than it should."""
    link = site.link(code)
    said, answer = scanned(page, site, link)
    told, whole = verified(page, link)
    kind = only_the_register_knows(answer, code)
    wanted = expected(answer, said)
    if kind and not with_pack:
        name, tone = WITHOUT_PACK[kind]
        wanted = Told(words_of(name), tone)
    elif kind == "pending":
        wanted = said
    if (told.words, told.tone) != (wanted.words, wanted.tone):
        yield answer["verdict"], answer["today"], kind, told, wanted
    if told.tone in ("good", "plain") and "是否还需要其他许可，码里没有" not in whole:
        yield "does not say what is not in the code", whole
    if answer["verdict"] == answer["today"] and (not kind or with_pack):
        known = {card for card in told.cards if card[1] != state("status.replaced").zh}
        if not known <= cards_by_list(answer, said):
            yield answer["verdict"], known, said.cards


def test_page_and_verifier_say_one_thing_of_every_code(standing_page: Page, site: Site) -> None:
    found = every_code(site)
    assert len(found) > 40
    assert [each for code in found for each in differing(standing_page, site, code, with_pack=False)] == []
    answers = [(scanned(standing_page, site, site.link(code))[1], code) for code in found]
    assert {only_the_register_knows(*each) for each in answers} == {"", *WITHOUT_PACK}


def test_with_a_pack_the_verifier_says_what_the_page_says(inspector: Phone, site: Site) -> None:
    """Of what is in the pack it knows what neither the code nor the list tells: what is pending, and what was replaced."""
    page = opened(inspector.page, site)
    with site.services.database.read() as tx:
        ours = {row["uscc"] for row in tx.all("SELECT uscc FROM entities WHERE office = ?", (OFFICE,))}
    found = [code for code in every_code(site) if code.uscc in ours]
    assert [each for code in found for each in differing(page, site, code, with_pack=True)] == []
    kinds = {only_the_register_knows(scanned(page, site, site.link(code))[1], code) for code in found}
    assert kinds >= {"pending", "replaced"}


DAY = 20_000
# A permit by its list entry and dates, and what is said of it: a state of the table, or words with a number.
PERMITS = [
    ("valid", -100, 900, "effective"),
    ("valid", -100, None, "effective"),
    ("valid", -100, 90, "effective"),
    ("valid", -100, 89, "还有 89 天到期"),
    ("valid", -100, 0, "今天到期"),
    ("valid", 1, 900, "not_yet_valid"),
    ("valid", -100, -1, "expired"),
    ("unknown", -100, -1, "expired"),
    ("unknown", -100, 900, "unknown"),
    ("suspended", -100, -1, "suspended"),
    ("invalid", -100, 900, "ended"),
    ("superseded", -100, -1, "superseded"),
    ("whatever", -100, 900, "unknown"),
]
# Entry of the print, whether the list is past its ttl, entries of the permits, and the verdict.
CODES = [
    ("valid", False, ["effective", "expiring_soon"], "in_code"),
    ("valid", False, [], "licence_only"),
    ("valid", True, ["effective"], "stale"),
    ("valid", True, [], "stale"),
    ("valid", True, ["not_yet_valid"], "permit_awaited"),
    ("valid", False, ["pending", "effective"], "permit_awaited"),
    ("valid", False, ["suspended", "not_yet_valid"], "permit_suspended"),
    ("valid", True, ["expired", "suspended"], "permit_lapsed"),
    ("valid", False, ["ended"], "permit_lapsed"),
    ("valid", False, ["expired_here", "effective"], "attention"),
    ("valid", False, ["effective", "unknown"], "unknown"),
    ("suspended", False, ["effective"], "dormant"),
    ("suspended", True, ["effective"], "dormant"),
    ("suspended", False, ["revoked"], "permit_lapsed"),
    ("invalid", False, ["effective"], "ended_or_void"),
    ("superseded", False, ["superseded"], "old_print"),
    ("superseded", False, ["superseded", "suspended"], "old_print, bad"),
    ("whatever", False, ["effective"], "unknown"),
    ("unknown", True, ["unknown"], "unknown"),
]
JUDGED = """async ([address, permits, codes, day]) => {
  const { headline, permitSaying, saying } = await import(address);
  return [
    permits.map(([status, from, to]) => {
      const dates = { validFrom: day + from, validTo: to === null ? null : day + to };
      return permitSaying(status, dates, { day, proved: day });
    }),
    codes.map(([print, stale, names]) =>
      headline({ print, stale, unknown: print === "unknown" }, names.map((name) => saying("status", name)))),
  ];
}"""


def test_every_state_has_the_words_the_tone_and_the_severity_of_the_table(standing_page: Page, site: Site) -> None:
    style = standing_page.locator("link[rel=stylesheet]").first.get_attribute("href")
    assert style
    address = style.replace("ui/site.css", "verify/judgement.js")
    permits, verdicts = standing_page.evaluate(JUDGED, [address, PERMITS, CODES, DAY])
    for (*_, wanted), said in zip(PERMITS, permits, strict=True):
        if wanted in states()["status"]:
            row = state(f"status.{wanted}")
            assert (said["zh"], said["en"], said["tone"], said["severity"]) == (row.zh, row.en, row.tone, row.severity)
        else:
            assert (said["zh"], said["tone"]) == (wanted, Tone.CARE)
    for (*_, wanted), said in zip(CODES, verdicts, strict=True):
        row = state(f"verdict.{wanted.partition(',')[0]}")
        tone = wanted.partition(", ")[2] or row.tone
        assert (said["zh"], said["en"], said["tone"]) == (row.zh, row.en, tone), wanted
