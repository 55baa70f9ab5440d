"""The shipped catalogue with an office, an authority and two permit types more, written as data and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

from licence_qr.catalogue import loader
from licence_qr.domain.catalogue.model import Catalogue

OFFICE, AUTHORITY, PERMIT_TYPE, GRADED = "hangu", "cq_gxq_catering", "food_business", "canteen"
AUTHORITY_NAME = "重庆高新区餐饮服务监督局"

# The new office issues both permits; neither follows the kind of place, and only the second is reviewed and graded.
ADDED = {
    "authorities.toml": f"""
[[authority]]
id = "{AUTHORITY}"
name = {{ zh = "{AUTHORITY_NAME}", en = "Catering Supervision Bureau of the High-tech Zone" }}
jurisdiction = "CQ-GXQ"
""",
    "offices.toml": f"""
[[office]]
id = "{OFFICE}"
name = {{ zh = "含谷镇政务服务中心", en = "Hangu Town Service Centre" }}
region = "500107109"
region_name = {{ zh = "含谷镇", en = "Hangu Town" }}
address = "重庆市九龙坡区含谷镇示例路9号"
""",
    "permit_types.toml": f"""
[[permit_type]]
id = "{PERMIT_TYPE}"
wire_id = 21
name = {{ zh = "食品经营许可证（示例）", en = "Food business permit (made up)" }}
authority = "{AUTHORITY}"
months = 60
what_it_allows = {{ zh = "餐饮服务", en = "to serve meals" }}
ledger = true

[[permit_type]]
id = "{GRADED}"
wire_id = 22
name = {{ zh = "集体用餐许可证（示例）", en = "Canteen permit (made up)" }}
authority = "{AUTHORITY}"
months = 24
what_it_allows = {{ zh = "集体用餐", en = "to run a canteen" }}
ledger = true
change_basis = {{ zh = "《集体用餐管理办法（示例）》第八条", en = "Canteen rules (made up), article 8" }}
rectify_basis = {{ zh = "《集体用餐管理办法（示例）》第十一条", en = "Canteen rules (made up), article 11" }}

[[permit_type.act]]
act = "grade"
basis = {{ zh = "《集体用餐管理办法（示例）》第九条", en = "Canteen rules (made up), article 9" }}

[permit_type.act.scale]
name = {{ zh = "餐厨星级", en = "kitchen rating" }}

[[permit_type.act.scale.grade]]
id = "★★★"
name = {{ zh = "三星", en = "three stars" }}
short = {{ zh = "评为三星", en = "three stars" }}

[[permit_type.act.scale.grade]]
id = "★★"
name = {{ zh = "二星", en = "two stars" }}
short = {{ zh = "评为二星", en = "two stars" }}

[[permit_type.act.scale.grade]]
id = "★"
name = {{ zh = "一星", en = "one star" }}
short = {{ zh = "评为一星", en = "one star" }}

[[permit_type.act]]
act = "review"
basis = {{ zh = "《集体用餐管理办法（示例）》第十条", en = "Canteen rules (made up), article 10" }}
""",
    # The canteen permit is reviewed after a year, its renewal applied for sixty days before the end.
    "life_rules.toml": "".join(
        f"""
[[life_rule]]
id = "{figure}"
permit_type = "{GRADED}"
value = {value}
valid_from = 2021-01-01
basis = {{ zh = "《集体用餐管理办法（示例）》第十条", en = "Canteen rules (made up), article 10" }}
"""
        for figure, value in (("review_after_months", 12), ("renewal_apply_days", 60))
    ),
    "checklists.toml": f"""
[[checklist]]
id = "canteens"
version = "2026-1"
valid_from = 2021-01-01
name = {{ zh = "食堂（示例）", en = "Canteens (made up)" }}
permit_types = ["{GRADED}"]
common = "2026-1"

[[checklist.item]]
id = "kitchen_clean"
section = {{ zh = "环境", en = "Premises" }}
text = {{ zh = "厨房清洁", en = "The kitchen is clean" }}
law = {{ zh = "《集体用餐管理办法（示例）》第七条", en = "Canteen rules (made up), article 7" }}
weight = 3
""",
    "number_templates.toml": f"""
[[number_template]]
wire_id = 21
permit_type = "{PERMIT_TYPE}"
authority = "{AUTHORITY}"
pattern = "渝食证〔{{year}}〕{{serial:05d}}号"

[[number_template]]
wire_id = 22
permit_type = "{GRADED}"
authority = "{AUTHORITY}"
pattern = "渝集证〔{{year}}〕{{serial:05d}}号"
""",
    "delegations.toml": "".join(
        f"""
[[delegation]]
authority = "{authority}"
office = "{OFFICE}"
permit_type = "{permit_type}"
valid_from = 2021-01-01
notice_no = "示例委托公告〔2021〕第{number}号"
"""
        for number, (authority, permit_type) in enumerate(
            (("cq_gxq_market", "business_licence"), (AUTHORITY, PERMIT_TYPE), (AUTHORITY, GRADED)), start=91
        )
    ),
    "trades.toml": "".join(
        f"""
[[trade]]
id = "{trade}"
name = {{ zh = "{zh}", en = "{en}" }}
kinds = ["restaurant"]
scope_phrases = ["餐饮服务"]

[[trade.item]]
permit_type = "{permit_type}"
mode = "commitment"
valid_from = 2021-01-01
reason = {{ zh = "提供餐饮服务", en = "It serves meals" }}
"""
        for trade, zh, en, permit_type in (
            ("snack_bar", "小吃店（示例）", "Snack bar (made up)", PERMIT_TYPE),
            ("works_canteen", "食堂（示例）", "Works canteen (made up)", GRADED),
        )
    ),
    "notices.toml": "".join(
        f"""
[[notice]]
id = "{permit_type}_commitment"
version = "2021-1"
permit_type = "{permit_type}"
valid_from = 2021-01-01
text = "示例告知承诺书：开业前达到条件。"
summary = {{ zh = "先承诺、后核查。", en = "Promise first, inspection after." }}
"""
        for permit_type in (PERMIT_TYPE, GRADED)
    ),
}


def further_catalogue(folder: Path) -> Catalogue:
    """The catalogue, written into ``folder`` and read from there."""
    for file in Path(loader.__file__).parent.glob("*.toml"):
        shutil.copy(file, folder)
    for name, text in ADDED.items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    return loader.load_catalogue(folder)
