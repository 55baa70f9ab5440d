// @ts-check
// Made by `python -m tools.terms_table` from licence_qr/wording/terms.toml; change that file, not this one.

/**
 * The terms that scripts use, in Chinese and in English: t(...TERMS.field.premises).
 * @type {Record<string, Record<string, [string, string]>>}
 */
export const TERMS = {
  verdict: {
    refused: ["核验未通过，不可采信", "Not verified: do not rely on it"],
  },
  found: {
    symbol: ["核验通过", "Genuine"],
  },
  beyond: {
    needed: ["是否还需要其他许可，码里没有", "Whether more permits are needed is not in the code"],
    more: ["公示信息、在办事项和等级，名单里没有", "Notices, pending matters and grades are not in the lists"],
  },
  field: {
    premises: ["经营场所", "Premises"],
    credit_code: ["统一社会信用代码", "Credit code"],
    permit_number: ["许可证号", "Permit number"],
    permitted_activities: ["许可项目", "Permitted activities"],
    validity_period: ["有效期", "Validity period"],
    score: ["得分", "Score"],
    notes: ["备注", "Notes"],
    code_number: ["编号", "Code number"],
    card_version: ["亮证牌版本", "Card version"],
    business: ["企业", "Business"],
  },
  shown: {
    payment: ["付款码", "Payment code"],
    wifi: ["无线网络码", "Wi-Fi code"],
    contact: ["名片码", "Contact card"],
    health: ["健康码", "Health code"],
    web: ["其他网址", "Other web address"],
  },
  inspection: {
    inspection: ["监督检查", "Inspection"],
    inspections: ["监督检查", "Inspections"],
    random_inspection: ["双随机抽查", "Random inspection"],
    commitment_check: ["告知承诺核查", "Commitment check"],
    routine: ["日常监督", "Routine"],
    recheck: ["整改复查", "Rectification recheck"],
    complaint: ["投诉举报检查", "After a complaint"],
    purpose: ["检查类型", "Purpose"],
    photos: ["照片", "Photos"],
    second_officer: ["第二名检查人员", "Second officer"],
    identified_by: ["识别方式", "Identified by"],
    started: ["开始时间", "Started"],
    start: ["开始检查", "Start an inspection"],
    outcome: ["检查结论", "Outcome of the inspection"],
    passed: ["合格", "Passed"],
    rectification_ordered: ["责令限期整改", "Rectification ordered"],
    failed: ["不合格", "Failed"],
    rectification_deadline: ["整改期限", "Rectification deadline"],
    last: ["最近检查", "Last inspection"],
    compliant: ["符合", "Compliant"],
    not_compliant: ["不符合", "Not compliant"],
    not_applicable: ["不适用", "Not applicable"],
    critical: ["关键项", "critical"],
    what_was_found: ["发现的问题", "What was found"],
    number_entered: ["输入编号", "Number entered"],
    refused_to_sign: ["拒绝签字", "Refused to sign"],
    not_rectified: ["逾期未整改，仍不符合条件", "Not rectified in time; conditions still not met"],
    refused_to_rectify: ["拒不整改", "Refused to rectify"],
    false_statement: ["隐瞒有关情况或提供虚假材料", "False statements or concealment"],
    deceit: ["以欺骗、贿赂等不正当手段取得许可", "Obtained by deceit, bribery or other improper means"],
  },
  progress: {
    none: ["无", "none"],
  },
  act: {
    search: ["查找", "Search"],
  },
};
