"""``licence-qr issue``, ``notice`` and ``import``: what is issued, what is told, and how they end."""

from __future__ import annotations

import json
import re
import stat

import pytest
from commands import DATA, EXAMPLES

from licence_qr.domain.identifiers import complete_uscc

# -- issuing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("example", "pending"), [("company", False), ("individual", True), ("hotel", False)])
def test_an_example_is_issued_once_and_the_same_file_again_gives_the_same_pair(example, pending, copied, run, tmp_path):
    out = tmp_path / "out"
    first = run(copied, "issue", EXAMPLES / f"{example}.toml", "--json", "--out", out)
    assert (first.status, first.err) == (0, "")
    result = json.loads(first.out)
    assert set(result) == {
        "application_no", "uscc", "holder_name", "permits", "items", "code_number", "version", "address", "repeated",
        "files",
    }  # fmt: skip
    assert (result["version"], result["repeated"]) == (1, False)
    assert [p["pending"] for p in result["permits"]] == [pending]
    assert bool(result["permits"][0]["permit_no"]) is not pending
    assert result["address"].startswith("http://127.0.0.1:8000/c/")
    stem = f"{result['uscc']}-v1"
    assert sorted(p.name for p in out.iterdir()) == sorted(
        [f"{stem}.png", f"{stem}.svg", f"{stem}-A4.pdf", f"{stem}-A5.pdf"]
    )
    assert sorted(result["files"]) == sorted(str(p) for p in out.iterdir())
    again = json.loads(run(copied, "issue", EXAMPLES / f"{example}.toml", "--json").out)
    assert again == result | {"repeated": True, "files": []}
    for name in (f"{stem}.png", f"{stem}-A4.pdf", f"{stem}-A5.pdf"):
        verified = json.loads(run(copied, "verify", out / name, "--json").out)
        assert (verified["genuine"], verified["uscc"]) == (True, result["uscc"]), name


def test_each_item_of_a_hotel_is_told_where_it_stands(copied, run):
    issued = json.loads(run(copied, "issue", EXAMPLES / "hotel.toml", "--json").out)
    told = {item["permit_type"]: (item["action"], item["standing"], item["permit_no"]) for item in issued["items"]}
    assert told == {
        "hygiene_permit": ("issued_here", "in_force", issued["permits"][0]["permit_no"]),
        "special_trade": ("sent_on", "being_decided", None),
        "fire_check": ("sent_on", "being_decided", None),
        "food": ("sent_on", "being_decided", None),
        "high_risk_sport": ("apply_elsewhere", "not_recorded", None),
    }
    said = run(copied, "issue", EXAMPLES / "hotel.toml").out
    assert "事项 item          食品经营许可证 Food business permit: 办理中 being decided" in said


def test_an_issued_pair_is_told_in_words(copied, run):
    said = run(copied, "issue", EXAMPLES / "company.toml", "--on-behalf-of", "clerk-jinfeng", "--reason", "停电").out
    assert re.search(r"受理号 application +JINFENG-\d{4}-000001", said)
    assert re.search(r"许可证 permit +渝高新卫公证字〔\d{4}〕第\d{5}号", said)


def test_what_was_read_otherwise_and_whose_name_is_alike_is_told_and_issued(copied, run, tmp_path):
    text = (EXAMPLES / "company.toml").read_text(encoding="utf-8")
    odd = tmp_path / "odd.toml"
    odd.write_text(
        text.replace('"演示甲"', '"王\ue863"').replace("91500107M0", "91500107\u200bM0"),
        encoding="utf-8",
    )
    first = run(copied, "issue", odd, "--json")
    assert first.status == 0
    assert (
        "principal: 旧码位已换成标准字 former code points replaced by standard characters: U+E863 → 䶮 (U+4DAE)"
        in first.err
    )
    issued = json.loads(first.out)
    assert issued["uscc"] in text
    again = tmp_path / "again.toml"
    again.write_text(text.replace(issued["uscc"], complete_uscc("91500107", "MX000777")), encoding="utf-8")
    second = run(copied, "issue", again, "--json")
    assert second.status == 0
    assert f"登记库里已有名称相同的经营主体 {issued['uscc']}，请核对。" in second.err


def test_an_application_with_faults_names_every_field_and_issues_nothing(copied, run, tmp_path):
    text = (EXAMPLES / "company.toml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.toml"
    broken.write_text(
        text.replace("91500107M000090139", "91500107M000090130").replace('principal = "演示甲"', 'principal = ""'),
        encoding="utf-8",
    )
    ended = run(copied, "issue", broken)
    assert ended.status == 1
    assert "[application_invalid]" in ended.err
    assert re.search(r"\[uscc_check\] uscc", ended.err)
    assert re.search(r"\[\w+\] principal", ended.err)
    assert run(copied, "issue", EXAMPLES / "company.toml", "--json").out.count('"repeated": false') == 1


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[entity\nname = ", b"[nonsense]\nx = 1\n", b"[entity]\nname = 3\n"]
)
def test_a_file_that_is_no_application_is_told(content, copied, run, tmp_path):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    ended = run(copied, "issue", path, "--office", "bafu")
    assert ended.status in {1, 2}
    assert ended.err.startswith("[")


def test_a_missing_file_cannot_be_told_from_here(copied, run, tmp_path):
    ended = run(copied, "issue", tmp_path / "nowhere.toml")
    assert (ended.status, ended.err.startswith("[")) == (2, True)


def changed(tmp_path, **texts):
    """The example of a company with other texts, by the key in the file."""
    text = (EXAMPLES / "company.toml").read_text(encoding="utf-8")
    for key, value in texts.items():
        text = re.sub(rf'^{key} = ".*"$', f'{key} = "{value}"', text, flags=re.MULTILINE)
    (tmp_path / "changed.toml").write_text(text, encoding="utf-8")
    return tmp_path / "changed.toml"


@pytest.mark.parametrize(
    ("texts", "code", "field"),
    [
        ({"name": "重庆\U0003f000宾馆有限公司"}, "character_not_in_font", "name"),  # no ideograph yet
        ({"permitted_items": "住宿😀"}, "character_not_in_font", "permitted_items"),
        ({"address": "路" * 101, "domicile": "路" * 101}, "text_too_long", "premises_address"),
    ],
)
def test_what_no_card_can_show_is_told_before_numbers_are_given(copied, run, tmp_path, texts, code, field):
    ended = run(copied, "issue", changed(tmp_path, **texts), "--out", tmp_path / "out")
    assert (ended.status, f"[{code}] {field}" in ended.err) == (1, True)
    assert list((tmp_path / "out").iterdir()) == [] if (tmp_path / "out").exists() else True
    first = run(copied, "issue", EXAMPLES / "company.toml", "--json").out
    assert json.loads(first)["application_no"].endswith("000001"), "no number was given"


@pytest.mark.parametrize(
    "texts",
    [
        {"name": "چوڭچىڭ ئاسىيا مېھمانساراي چەكلىك مەسئۇلىيەت شىركىتى", "address": "路" * 61, "domicile": "路" * 61},
        # the card does not show the principal, who signs
        {
            "name": "重庆𠀋𱉻宾馆有限公司",
            "principal": "王\U0003f000",
            "signer": "王\U0003f000",
            "address": "路" * 100,
            "domicile": "路" * 100,
        },
    ],
    ids=["uyghur and 61", "rare and 100"],
)
def test_what_a_file_may_hold_is_printed(copied, run, tmp_path, texts):
    ended = run(copied, "issue", changed(tmp_path, **texts), "--json", "--out", tmp_path / "out")
    assert (ended.status, ended.err) == (0, "")
    assert len(json.loads(ended.out)["files"]) == 4


@pytest.mark.parametrize("out", ["file/out", "/proc"])  # below a file; a folder that takes none, from root neither
def test_a_folder_that_cannot_be_written_stops_before_anything_is_issued(copied, run, tmp_path, out):
    (tmp_path / "file").write_text("in the way")
    ended = run(copied, "issue", EXAMPLES / "company.toml", "--out", tmp_path / out)
    assert (ended.status, "[file_not_usable]" in ended.err) == (2, True)
    assert str(tmp_path / out) in ended.err
    assert json.loads(run(copied, "issue", EXAMPLES / "company.toml", "--json").out)["repeated"] is False


def test_an_unknown_account_or_office_issues_nothing(copied, run):
    for arguments, code in (
        (("--on-behalf-of", "nobody", "--reason", "x"), "account_unknown"),
        (("--office", "nowhere"), "office_unknown"),
    ):
        ended = run(copied, "issue", EXAMPLES / "company.toml", *arguments)
        assert (ended.status, f"[{code}]" in ended.err) == (1, True)


def test_the_notice_is_printed_with_its_hash(installed, run):
    said = run(installed, "notice").out
    assert re.search(r"^notice_id = hygiene_commitment\nnotice_version = \S+\nnotice_sha256 = [0-9a-f]{64}\n", said)
    assert run(installed, "notice", "--permit-type", "food").status == 1


# -- importing -------------------------------------------------------------------------------------------------------


def test_a_report_that_cannot_be_written_is_found_before_anything_is_imported(copied, run, tmp_path):
    files = (DATA / "market_licences.csv", DATA / "health_permits.xlsx")
    refused = run(copied, "import", *files, "--report", tmp_path / "no such folder" / "report.csv")
    assert refused.status == 2
    assert "file_not_usable" in refused.err and "Traceback" not in refused.err
    done = run(copied, "import", *files, "--json", "--report", tmp_path / "r.csv")
    sums = json.loads(done.out)["files"]
    assert all(f["rows_in"] == f["imported"] + f["waiting"] + f["refused"] for f in sums)
    assert stat.S_IMODE((tmp_path / "r.csv").stat().st_mode) == 0o600


def test_a_report_over_one_of_the_exports_is_refused_and_leaves_it_whole(copied, run, tmp_path):
    export = tmp_path / "market.csv"
    export.write_bytes((DATA / "market_licences.csv").read_bytes())
    linked = tmp_path / "report.csv"
    linked.symlink_to(export)
    for report in (export, linked):
        refused = run(copied, "import", export, DATA / "health_permits.xlsx", "--report", report)
        assert (refused.status, "[import_report_over_export]" in refused.err) == (2, True)
    assert export.read_bytes() == (DATA / "market_licences.csv").read_bytes()


def test_a_report_over_a_former_one_is_for_its_owner_alone_and_stays_where_nothing_is_imported(copied, run, tmp_path):
    report = tmp_path / "r.csv"
    report.write_bytes(b"the report of last month, which is longer than nothing\n" * 1000)
    report.chmod(0o644)
    (tmp_path / "none.xlsx").write_bytes(b"")
    refused = run(copied, "import", DATA / "market_licences.csv", tmp_path / "none.xlsx", "--report", report)
    assert refused.status != 0
    assert report.read_bytes().startswith(b"the report of last month")
    run(copied, "import", DATA / "market_licences.csv", DATA / "health_permits.xlsx", "--report", report)
    assert b"last month" not in report.read_bytes()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
