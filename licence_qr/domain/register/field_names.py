"""Field names of an application, the same in the form, in a file and in error messages.

All values are text, exactly as typed. Several kinds of place are separated by commas. A yes/no answer to the
question ``q`` of a trade is the field ``answer_q`` with ``yes`` or ``no``.
"""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.catalogue.model import Text
from licence_qr.wording.terms import term

TRADE_FIELDS = ("trade", "kinds", "area_m2")
ENTITY_FIELDS = (
    "entity_form",
    "uscc",
    "name",
    "entity_type",
    "principal",
    "registered_capital",
    "established_on",
    "term_to",
    "domicile",
    "business_scope",
)
PREMISES_FIELDS = ("premises_address", "premises_region", "permitted_items", "contact_phone")
# Of the parties; the applicant is the principal of the business. What is typed into IDENTITY_FIELDS is never stored or shown
# as it is, once it is a number.
PARTY_FIELDS = ("principal_id_number", "agent_name", "agent_id_number", "agent_authority", "agent_authority_until")
IDENTITY_FIELDS: Mapping[str, str] = {"principal_id_number": "principal", "agent_id_number": "agent_name"}
"""The field of a number and that of the name beside it."""
CERTIFICATE_FIELDS = ("permit_no", "permitted_items", "issued_on", "valid_from", "valid_to")
COMMITMENT_FIELDS = (
    *("mode", "notice_id", "notice_version", "notice_sha256"),
    *("signer", "signed_on_paper", "signed_on"),
)
ANSWER_PREFIX = "answer_"

ALL_FIELDS = TRADE_FIELDS + ENTITY_FIELDS + PREMISES_FIELDS + PARTY_FIELDS + COMMITMENT_FIELDS

FIELD_LABELS: Mapping[str, Text] = {
    "trade": term("field.trade"),
    "kinds": term("field.types_of_place"),
    "area_m2": term("field.area"),
    "entity_form": Text("主体形式", "Legal form"),
    "uscc": term("field.credit_code"),
    "name": term("field.name"),
    "entity_type": term("field.type"),
    "principal": term("field.holder_title"),
    "principal_id_number": term("field.identity_number"),
    "agent_name": Text("代理人姓名", "Name of the agent"),
    "agent_id_number": Text("代理人身份证号码", "Identity number of the agent"),
    "agent_authority": term("field.agents_authority"),
    "agent_authority_until": Text("授权有效期至", "Authority ends on"),
    "registered_capital": term("field.registered_capital"),
    "established_on": Text("成立（注册）日期", "Established on"),
    "term_to": term("field.term_ends_on"),
    "domicile": term("field.registered_address"),
    "business_scope": term("field.business_scope"),
    "premises_address": Text("经营场所地址", "Address of the premises"),
    "premises_region": Text("所在镇街", "Town"),
    "permitted_items": term("field.permitted_activities"),
    "permit_no": term("field.permit_number"),
    "issued_on": term("field.issued_on"),
    "valid_from": term("field.valid_from"),
    "valid_to": term("field.valid_to"),
    "contact_phone": Text("联系电话", "Telephone"),
    "mode": term("field.procedure"),
    "notice_id": Text("告知书编号", "Notice"),
    "notice_version": Text("告知书版本", "Version of the notice"),
    "notice_sha256": Text("告知书文本校验值", "Checksum of the notice"),
    "signer": Text("承诺人", "Signed by"),
    "signed_on_paper": Text("在纸上签名", "Signed on paper"),
    "signed_on": Text("签署日期", "Signed on"),
}
