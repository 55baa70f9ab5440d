// @ts-check
// What a visit still lacks before it can be finished, each with the step where it is mended. Pure.

/** @import { Lack, Signature, Visit } from "./types.d.ts" */

import { t } from "../../ui/words.js";
import { answerTo, dayIn, fitting, itemsOf, wantsFault } from "./visit.js";

const DAY = 24 * 60 * 60 * 1000;

/**
 * @param {Visit} visit
 * @returns {Lack[]}
 */
function unanswered(visit) {
  const items = itemsOf(visit);
  if (!items.length) return [["place", t("没有选择检查表。", "You have not selected a checklist.")]];
  if (visit.purpose === "recheck" && items.some(({ key }) => answerTo(visit, key).answer)) return [];
  const open = items.filter(({ key }) => !answerTo(visit, key).answer);
  return open.length
    ? [["check", t(`还有 ${open.length} 项没有回答。`, `${open.length} items have not been answered.`)]]
    : [];
}

/**
 * @param {Visit} visit
 * @returns {Lack[]}
 */
function unexplained(visit) {
  const bare = itemsOf(visit).filter(
    ({ key }) => answerTo(visit, key).answer === "no" && !answerTo(visit, key).finding.trim(),
  );
  return bare.length
    ? [
        [
          "check",
          t(
            `有 ${bare.length} 项“不符合”没有写明情况。`,
            `${bare.length} “not compliant” items do not say what was found.`,
          ),
        ],
      ]
    : [];
}

/**
 * @param {Visit} visit
 * @param {Date} now
 * @returns {Lack[]}
 */
function undecided(visit, now) {
  if (!visit.outcome) return [["result", t("没有选择检查结论。", "You have not selected an outcome.")]];
  if (wantsFault(visit) && !visit.fault)
    return [["result", t("没有选择承诺不成立的原因。", "You have not selected why the commitment failed.")]];
  if (visit.outcome !== "to_rectify") return [];
  if (!/^\d{4}-\d{2}-\d{2}$/.test(visit.rectifyBy))
    return [["result", t("没有填写整改期限。", "The rectification deadline is missing.")]];
  const fits = visit.rectifyBy > dayIn(now) && visit.rectifyBy <= dayIn(now, 365);
  return fits
    ? []
    : [
        [
          "result",
          t("整改期限应在今天之后、一年之内。", "The rectification deadline must be after today and within one year."),
        ],
      ];
}

/**
 * What a signature lacks. `over` is the record as it is now.
 * @param {Signature} signature
 * @param {string} over
 * @returns {Lack[]}
 */
function unsigned({ kind, name, reason, strokes, over: signedOver }, over) {
  if (!kind)
    return [
      [
        "sign",
        t("被检查单位还没有签字，也没有注明拒签。", "The business has not signed, and no refusal to sign is recorded."),
      ],
    ];
  if (kind === "drawn" && !strokes.length) return [["sign", t("签字框是空的。", "The signature box is empty.")]];
  if (kind === "typed" && !name.trim())
    return [["sign", t("没有填写签字人姓名。", "You have not entered the name of the person signing.")]];
  if (kind === "refused" && !reason.trim())
    return [["sign", t("没有填写拒签的原因。", "You have not entered the reason for refusing to sign.")]];
  if (kind !== "refused" && !signedOver)
    return [
      [
        "sign",
        t(
          "换了确认方式，请重新签字或重新输入姓名。",
          "The way of confirming was changed. Have the record signed again, or enter the name again.",
        ),
      ],
    ];
  if (kind !== "refused" && signedOver !== over)
    return [
      [
        "sign",
        t("签字后记录有改动，请重新确认签字。", "The record was changed after signing. Have it confirmed again."),
      ],
    ];
  return [];
}

/**
 * [step, sentence] of everything that keeps a visit from being finished.
 * @param {Visit} visit
 * @param {string} over
 * @param {Date} now
 * @returns {Lack[]}
 */
export function missing(visit, over, now) {
  const old = now.getTime() - Date.parse(visit.startedAt) >= DAY;
  /** @type {Lack[]} */
  const late = old ? [["review", t("检查开始已超过 24 小时。", "The inspection started more than 24 hours ago.")]] : [];
  return [
    ...unanswered(visit),
    ...unexplained(visit),
    ...undecided(visit, now),
    ...unsigned(visit.signature, over),
    ...late,
  ];
}

/**
 * What does not keep it from being finished, but will make the desk look at it.
 * @param {Visit} visit
 * @returns {Lack[]}
 */
export function doubts(visit) {
  /** @type {Lack[]} */
  const said = [];
  if (!visit.second)
    said.push([
      "place",
      t(
        "没有第二名监督员：记录会留待窗口核定。",
        "There is no second officer. The record will be held for the office to review.",
      ),
    ]);
  const permit = visit.permits.find(({ number }) => number === visit.permitNo);
  const fit = fitting(visit.checklists, permit).map(({ id }) => id);
  if (permit && !visit.lists.every((id) => fit.includes(id))) {
    said.push([
      "place",
      t(
        "有检查表不适用于这张许可证的场所类别：记录会留待窗口核定。",
        "A checklist does not apply to the types of place on this permit. The record will be held for the office to review.",
      ),
    ]);
  }
  const unseen = itemsOf(visit).filter(
    ({ key, item }) => item.photo && answerTo(visit, key).answer === "no" && !answerTo(visit, key).photos.length,
  );
  if (unseen.length)
    said.push([
      "check",
      t(
        `有 ${unseen.length} 项“不符合”按检查表应当拍照：没有照片会标明给第二名检查人员。`,
        `${unseen.length} “not compliant” items should have a photo. Without one the second officer is told so.`,
      ),
    ]);
  return said;
}
