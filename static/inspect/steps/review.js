// @ts-check
// Last step: what is missing, the record as it will be sent, and the end of the visit.

/** @import { VisitContext } from "./types.d.ts" */
/** @import { Lack, Visit } from "../visit/types.d.ts" */

import { both, element, hanzi, rows } from "../../ui/elements.js";
import { behind, button, notice, said } from "../../ui/fields.js";
import { TERMS } from "../../ui/terms.js";
import { dayWords, t } from "../../ui/words.js";
import { doubts, missing } from "../visit/missing.js";
import { overNow, reckon } from "../visit/visit.js";
import { momentWords, outcomeWords, progressWords, purposeWords, readByWords, scoreWords } from "../visit/words.js";
import { findings } from "./result.js";

/**
 * @param {string} heading
 * @param {Lack[]} entries
 * @param {Visit} visit
 * @returns {HTMLElement[]}
 */
function listed(heading, entries, visit) {
  if (!entries.length) return [];
  const lines = entries.map(([step, words]) => {
    const link = element("a", "", words);
    link.href = `#${visit.id}/${step}`;
    return element("li", "", link);
  });
  const part = element("div", "note", element("p", "", element("b", "", heading)), element("ul", "", ...lines));
  return [part];
}

/**
 * @param {Visit} visit
 * @returns {string}
 */
function confirmation({ signature }) {
  if (signature.kind === "drawn")
    return t("已手写签字", "Signed by hand") + (signature.name && t(`（${signature.name}）`, ` (${signature.name})`));
  if (signature.kind === "typed") return signature.name;
  return signature.kind === "refused" ? t(`拒签：${signature.reason}`, `Refused to sign: ${signature.reason}`) : "—";
}

/**
 * @param {Visit} visit
 * @returns {HTMLElement}
 */
function facts(visit) {
  const reckoned = reckon(visit);
  const second = visit.officers.find(([username]) => username === visit.second);
  const lists = visit.checklists.filter(({ id }) => visit.lists.includes(id)).map(({ name }) => said(name));
  const outcome = visit.outcome ? outcomeWords(visit.outcome) : "—";
  return rows(
    [...TERMS.field.business, hanzi(visit.business.name)],
    [...TERMS.field.premises, hanzi(visit.premises.address)],
    [...TERMS.field.permit_number, hanzi(visit.permitNo || "—")],
    [...TERMS.inspection.identified_by, readByWords(visit.how.readBy)],
    [...TERMS.inspection.purpose, purposeWords(visit.purpose)],
    [...TERMS.inspection.started, momentWords(visit.startedAt)],
    [...TERMS.inspection.second_officer, hanzi(second?.[1] ?? "—")],
    ["检查表", "Checklists", lists.join(t("、", ", ")) || "—"],
    [...TERMS.field.score, `${scoreWords(reckoned)}${t("；", "; ")}${progressWords(reckoned)}`],
    [...TERMS.inspection.photos, String(visit.photos.length)],
    [
      ...TERMS.inspection.outcome,
      visit.outcome === "to_rectify" && visit.rectifyBy
        ? `${outcome}${t("，", ", ")}${dayWords(visit.rectifyBy)}`
        : outcome,
    ],
    [...TERMS.field.notes, visit.remarks || "—"],
    ["单位确认", "Confirmed", confirmation(visit)],
  );
}

/**
 * A visit that was left open overnight cannot be sent as one: it begins anew, and says so.
 * @param {VisitContext} context
 * @returns {HTMLElement}
 */
function beginsAnew(context) {
  const told = notice(
    t(
      "一次检查的开始和结束应在 24 小时之内。可以从现在重新开始计时，原开始时间会写进备注。",
      "An inspection must start and end within 24 hours. You can restart the clock now; the original start time is added to the notes.",
    ),
  );
  told.append(button(t("从现在重新开始", "Restart from now"), () => context.beginAnew()));
  return told;
}

/**
 * The parts of the step.
 * @param {VisitContext} context
 * @returns {HTMLElement[]}
 */
export function reviewStep(context) {
  const { visit } = context;
  const lacking = missing(visit, overNow(visit), context.now());
  const late = lacking.some(([step]) => step === "review");
  const finish = button(both("完成检查", "Finish the inspection"), () => context.finish(), "");
  finish.disabled = lacking.length > 0;
  return [
    ...listed(
      t("还不能完成：", "You cannot finish yet:"),
      lacking.filter(([step]) => step !== "review"),
      visit,
    ),
    ...(late ? [beginsAnew(context)] : []),
    ...listed(t("请注意：", "Please note:"), doubts(visit), visit),
    facts(visit),
    element("h2", "", t("不符合项", "Findings")),
    findings(visit),
    element(
      "p",
      "quiet",
      t(
        "完成后不能再改，有网络并登录时自动发送。",
        "Once finished, the inspection cannot be changed. It is sent automatically when you are signed in and have a network.",
      ),
    ),
    element("p", "tools", finish),
    behind(
      t("放弃这次检查…", "Discard this inspection…"),
      t(
        "答案、照片和签字将从本机删除，不能恢复。",
        "Answers, photos and the signature are deleted from this device. This cannot be undone.",
      ),
      t("确定放弃", "Discard"),
      () => context.throwAway(),
    ),
  ];
}
