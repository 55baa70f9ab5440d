// @ts-check
// A visit in words.

/** @import { Fault, Outcome, Purpose, Receipt, Reckoned, Visit } from "./types.d.ts" */
/** @import { Both, Content } from "../../ui/types.d.ts" */

import { hanzi } from "../../ui/elements.js";
import { TERMS } from "../../ui/terms.js";
import { minute, t } from "../../ui/words.js";

/** @type {Record<string, Both>} */
const PURPOSES = {
  routine: [...TERMS.inspection.routine],
  follow_up: [...TERMS.inspection.commitment_check],
  recheck: [...TERMS.inspection.recheck],
  drawn: [...TERMS.inspection.random_inspection],
  complaint: [...TERMS.inspection.complaint],
};
/** @type {Record<string, Both>} */
const OUTCOMES = {
  passed: [...TERMS.inspection.passed],
  to_rectify: [...TERMS.inspection.rectification_ordered],
  failed: [...TERMS.inspection.failed],
};
/** @type {Record<string, Both>} */
const READ_BY = {
  symbol: ["扫码并核验", "Scanned and verified"],
  number: [...TERMS.inspection.number_entered],
  list: ["从随身包选取，未扫码", "Selected from the pack, not scanned"],
};
/** @type {Record<string, Both>} */
const ANSWERS = {
  yes: [...TERMS.inspection.compliant],
  no: [...TERMS.inspection.not_compliant],
  na: [...TERMS.inspection.not_applicable],
};
/** @type {Record<string, Both>} */
const STATES = {
  counted: ["已计入登记库。", "Recorded in the register."],
  held: ["已收到并保存，还没有计入：", "Received and saved. It does not count yet:"],
  set_aside: ["已收到，存档备查，不产生效力。", "Received and kept for the record only. It has no effect."],
};
/** @type {Record<string, Both>} */
const FAULTS = {
  unmet: [...TERMS.inspection.not_rectified],
  refused: [...TERMS.inspection.refused_to_rectify],
  false_statement: [...TERMS.inspection.false_statement],
  deceit: [...TERMS.inspection.deceit],
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
 * The score with the grade in the words of its scale, or what there is of it.
 * @param {Pick<Reckoned, "score" | "grade" | "gradeWords">} reckoned
 * @returns {string}
 */
export function scoreWords({ score, grade, gradeWords: [zh, en] }) {
  if (score === null) return t("还没有得分", "no score yet");
  return grade ? t(`${score} 分，${zh}`, `${score}, ${en}`) : t(`${score} 分，不评级`, `${score}, no grade`);
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
