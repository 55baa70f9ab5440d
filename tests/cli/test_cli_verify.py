"""``licence-qr verify``: a code from its address, its digits, a picture or a PDF, and what else was seen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import qrcode
from commands import sample
from fpdf import FPDF
from PIL import Image
from walls import PAYMENT, symbol, wall

from licence_qr.wording.states import state


def addresses(folder: Path) -> list[str]:
    """Of the genuine codes of the demonstration."""
    index = (folder / "var" / "demonstration" / "codes" / "index.txt").read_text(encoding="utf-8")
    return [line.strip() for line in index.splitlines() if line.strip().startswith("http")]


def test_a_code_is_verified_from_its_address_its_digits_or_a_picture(installed, run):
    picture, address = sample(installed)
    for code in (address, address.rpartition("/")[2], picture):
        ended = run(installed, "verify", code)
        assert ended.status == 0
        assert "Genuine: the status is unknown." in ended.out and "91500107M000001A9R" in ended.out


def test_verifying_needs_the_trust_list_and_no_register(installed, tmp_path, run):
    shutil.copytree(installed / "keys", tmp_path / "keys")
    for private in (tmp_path / "keys").glob("licence-*.pem"):
        private.unlink()
    ended = run(tmp_path, "verify", sample(installed)[1], "--json")
    answer = json.loads(ended.out)
    assert (ended.status, answer["genuine"], answer["permits_not_in_symbol"]) == (0, True, 0)
    assert set(answer) == {
        "genuine", "verdict", "headline", "tone", "severity", "code_number", "version", "issued_on", "uscc", "name",
        "permits", "permits_not_in_symbol", "also_seen", "pages_left_out",
    }  # fmt: skip
    (tmp_path / "keys" / "trust-list.cbor").unlink()
    assert "[trust_list_missing]" in run(tmp_path, "verify", sample(installed)[1]).err


def test_a_forged_code_ends_with_1_and_its_stable_code(installed, run):
    address = sample(installed)[1]
    forged = address[:-1] + str((int(address[-1]) + 1) % 10)
    ended = run(installed, "verify", forged)
    assert (ended.status, ended.err.startswith("× 核验未通过，不可采信")) == (1, True)
    as_json = run(installed, "verify", forged, "--json")
    answer = json.loads(as_json.out)
    assert (as_json.status, answer["genuine"], answer["code"] in ended.err) == (1, False, True)
    assert answer["zh"] and answer["en"]


def test_a_copied_code_on_a_foreign_site_is_refused(installed, run):
    address = sample(installed)[1].replace("http://127.0.0.1:8000", "https://ym.example.org")
    ended = run(installed, "verify", address)
    assert (ended.status, "[host_unknown]" in ended.err) == (1, True)


@pytest.mark.parametrize(
    "written",
    ["{}?from=singlemessage&isappinstalled=0", "请看 {} 谢谢", "\u200b{}。", "{}/", "看{}", " {} 13800000000"],
)
def test_a_pasted_link_is_reduced_and_then_verified(installed, run, written):
    address = sample(installed)[1]
    assert run(installed, "verify", written.format(address)).status == 0
    assert run(installed, "verify", written.format(address[:-9] + "x" + address[-8:])).status == 1


def test_a_link_without_its_beginning_and_digits_in_groups_are_verified(installed, run):
    address = sample(installed)[1]
    digits = address.rpartition("/")[2]
    for text in (address.removeprefix("http://"), " ".join(digits[at : at + 5] for at in range(0, len(digits), 5))):
        assert run(installed, "verify", text).status == 0


def test_a_symbol_is_not_reduced(installed, run, tmp_path):
    qrcode.make(sample(installed)[1] + "?from=singlemessage").save(tmp_path / "appended.png")
    ended = run(installed, "verify", tmp_path / "appended.png")
    assert (ended.status, "[symbol_not_digits]" in ended.err) == (1, True)


def test_a_number_is_said_to_have_no_signature(installed, run):
    ended = run(installed, "verify", "a3c5 hr4r bv67 yr21 z")
    assert (ended.status, "[code_number_not_signed]" in ended.err) == (2, True)


def test_what_cannot_be_told_ends_with_2(installed, run, tmp_path):
    Image.new("L", (300, 300), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("not a picture")
    for name, code in (
        ("blank.png", "no_symbol_found"),
        ("text.png", "not_a_picture"),
        ("nowhere.png", "file_unreadable"),
        (".", "file_unreadable"),
    ):
        ended = run(installed, "verify", tmp_path / name, "--json")
        answer = json.loads(ended.out)
        assert (ended.status, answer["genuine"], answer["code"]) == (2, None, code), name


def test_the_other_codes_of_a_picture_are_named_below(installed, run, tmp_path):
    address = sample(installed)[1]
    other = next(each for each in addresses(installed) if each != address)
    forged = address[:-1] + str((int(address[-1]) + 1) % 10)
    wall(forged, PAYMENT, address, other).save(tmp_path / "wall.png")
    ended = run(installed, "verify", tmp_path / "wall.png")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.count("另外看到 also seen: ") == 3
    assert "付款码 Payment code" in ended.out
    assert "亮证二维码，不真实 licence code, not genuine [signature_mismatch]" in ended.out
    answer = json.loads(run(installed, "verify", tmp_path / "wall.png", "--json").out)
    told = {each.get("kind", "genuine"): each for each in answer["also_seen"]}
    assert set(told) == {"genuine", "payment", "code"}
    assert told["genuine"]["code_number"] != answer["code_number"] and told["code"]["code"] == "signature_mismatch"


def test_where_none_is_genuine_the_code_of_ours_is_refused_and_the_others_named(installed, run, tmp_path):
    address = sample(installed)[1]
    wall(PAYMENT, address[:-1] + str((int(address[-1]) + 1) % 10)).save(tmp_path / "wall.png")
    ended = run(installed, "verify", tmp_path / "wall.png")
    assert (ended.status, ended.out) == (1, "")
    assert "[signature_mismatch]" in ended.err and "另外看到 also seen: 付款码 Payment code" in ended.err
    ended = run(installed, "verify", tmp_path / "wall.png", "--json")
    answer = json.loads(ended.out)
    assert (ended.err, answer["genuine"], answer["code"]) == ("", False, "signature_mismatch")
    assert ([each["kind"] for each in answer["also_seen"]], answer["pages_left_out"]) == (["payment"], 0)


def test_the_second_of_two_pasted_links_is_named(installed, run):
    first, second = addresses(installed)[:2]
    ended = run(installed, "verify", f"{first} 和 {second}")
    assert ended.status == 0
    assert ended.out.count("另外看到 also seen: ") == 1 and "真实 genuine" in ended.out.rpartition("also seen")[2]
    assert "also seen" not in run(installed, "verify", f"{first}，{first}").out


def test_pages_of_a_pdf_that_were_not_looked_at_are_told(installed, run, tmp_path):
    pdf = FPDF(format="A4")
    for page in range(22):
        pdf.add_page()
        if page == 0:
            pdf.image(symbol(sample(installed)[1]), 20, 20, 80)
    pdf.output(str(tmp_path / "long.pdf"))
    ended = run(installed, "verify", tmp_path / "long.pdf")
    assert (ended.status, "2 pages of the PDF were not looked at." in ended.out) == (0, True)


def test_of_every_code_of_the_demonstration_it_says_the_unknown_of_the_one_table(installed, run):
    found = addresses(installed)
    assert len(found) > 40
    said, permits = state("verdict.unknown"), set()
    for address in found:
        answer = json.loads(run(installed, "verify", address, "--json").out)
        told = (answer["verdict"], answer["headline"]["zh"], answer["tone"], answer["severity"])
        assert told == ("unknown", f"核验通过，{said.zh}", said.tone, said.severity)
        permits |= {(each["status"]["zh"], each["tone"]) for each in answer["permits"]}
    wanted = {state("status.unknown"), state("status.expired")}
    assert permits == {(each.zh, each.tone) for each in wanted}
    text = run(installed, "verify", found[0]).out
    assert text.startswith(f"? 核验通过，{said.zh}。") and "Whether more permits are needed is not in the code." in text


def test_a_refusal_has_the_verdict_of_the_one_table_and_what_cannot_be_told_has_none(installed, run, tmp_path):
    refused = json.loads(run(installed, "verify", sample(installed)[1][:-4] + "1234", "--json").out)
    said = state("verdict.refused")
    assert (refused["verdict"], refused["headline"]) == ("refused", {"zh": said.zh, "en": said.en})
    assert (refused["tone"], refused["severity"]) == (said.tone, said.severity)
    assert "verdict" not in json.loads(run(installed, "verify", tmp_path / "none.png", "--json").out)
