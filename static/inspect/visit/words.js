// @ts-check
// A visit in words.

/** @import { Fault, Outcome, Purpose, Receipt, Reckoned, Visit } from "./types.d.ts" */
/** @import { Both, Content } from "../../ui/types.d.ts" */

import { hanzi } from "../../ui/elements.js";
import { minute, t } from "../../ui/words.js";

/** @type {Record<string, Both>} */
const PURPOSES = {
  routine: ["日常监督", "Routine"],
  follow_up: ["告知承诺核查", "Commitment check"],
  recheck: ["整改复查", "Rectification recheck"],
  drawn: ["双随机抽查", "Random inspection"],
  complaint: ["投诉举报检查", "After a complaint"],
};
/** @type {Record<string, Both>} */
const OUTCOMES = {
  passed: ["合格", "Passed"],
  to_rectify: ["责令限期整改", "Rectification ordered"],
  failed: ["不合格", "Failed"],
};
/** @type {Record<string, Both>} */
const READ_BY = {
  symbol: ["扫码并核验", "Scanned and verified"],
  number: ["输入编号", "Number entered"],
  list: ["从随身包选取，未扫码", "Selected from the pack, not scanned"],
};
/** @type {Record<string, Both>} */
const ANSWERS = { yes: ["符合", "Compliant"], no: ["不符合", "Not compliant"], na: ["不适用", "Not applicable"] };
/** @type {Record<string, Both>} */
const STATES = {
  counted: ["已计入登记库。", "Recorded in the register."],
  held: ["已收到并保存，等待窗口核定：", "Received and saved. The office has to review it:"],
  set_aside: ["已收到，存档备查，不产生效力。", "Received and kept for the record only. It has no effect."],
};
/** @type {Record<string, Both>} */
const FAULTS = {
  unmet: ["逾期未整改，仍不符合条件", "Not rectified in time; conditions still not met"],
  refused: ["拒不整改", "Refused to rectify"],
  false_statement: ["隐瞒有关情况或提供虚假材料", "False statements or concealment"],
  deceit: ["以欺骗、贿赂等不正当手段取得许可", "Obtained by deceit, bribery or other improper means"],
};
/**
 * @param {Record<string, Both>} table
 * @param {string} name
 * @returns {string}
 */
const words = (table, name) => t(...(table[name] ?? [name, name]));

/**
 * @param {Purpose} purpose
 * @returns {string}
 */
export const purposeWords = (purpose) => words(PURPOSES, purpose);
/**
 * @param {Outcome} outcome
 * @returns {string}
 */
export const outcomeWords = (outcome) => words(OUTCOMES, outcome);
/**
 * @param {Visit["how"]["readBy"]} how
 * @returns {string}
 */
export const readByWords = (how) => words(READ_BY, how);
/**
 * @param {string} answer
 * @returns {string}
 */
export const answerWords = (answer) => words(ANSWERS, answer);
/**
 * @param {Fault} fault
 * @returns {string}
 */
export const faultWords = (fault) => words(FAULTS, fault);
/**
 * @param {Receipt["state"]} state
 * @returns {string}
 */
export const stateWords = (state) => words(STATES, state);

/**
 * "92 · A", or what there is of it.
 * @param {Pick<Reckoned, "score" | "grade">} reckoned
 * @returns {string}
 */
export function scoreWords({ score, grade }) {
  if (score === null) return t("还没有得分", "no score yet");
  return grade
    ? t(`${score} 分，${grade} 级`, `${score}, grade ${grade}`)
    : t(`${score} 分，不评级`, `${score}, no grade`);
}

/**
 * How far the answers have come.
 * @param {Reckoned} reckoned
 * @returns {string}
 */
export function progressWords({ answered, total, failed }) {
  return t(`已答 ${answered}/${total}，不符合 ${failed}`, `${answered} of ${total} answered, ${failed} failed`);
}

/**
 * Name and address, the business's own words.
 * @param {Pick<Visit, "business" | "premises">} place
 * @returns {Content[]}
 */
export const placeWords = ({ business, premises }) => [
  hanzi(business.name),
  document.createElement("br"),
  hanzi(premises.address),
];

/**
 * An instant that was kept as text.
 * @param {string} instant
 * @returns {string}
 */
export const momentWords = (instant) => minute(new Date(instant));
