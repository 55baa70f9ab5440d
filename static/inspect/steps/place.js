// @ts-check
// First step: where, which permit, what for, with whom, by which lists.

/** @import { VisitContext } from "./types.d.ts" */
/** @import { Option } from "../../ui/types.d.ts" */
/** @import { Visit } from "../visit/types.d.ts" */

import { statusWords } from "../../pack/words.js";
import { element, hanzi, rows } from "../../ui/elements.js";
import { choices, labelled, notice, said, select } from "../../ui/fields.js";
import { TERMS } from "../../ui/terms.js";
import { dayWords, t } from "../../ui/words.js";
import { forPermit, purposed, purposesOf } from "../visit/visit.js";
import { momentWords, purposeWords, readByWords } from "../visit/words.js";

/**
 * @param {Visit} visit
 * @returns {HTMLElement}
 */
function facts(visit) {
  const { how } = visit;
  const code = how.codeNumber
    ? `${how.codeNumber}${how.codeVersion ? t(`，第\u00a0${how.codeVersion}\u00a0版`, `, version ${how.codeVersion}`) : ""}`
    : "—";
  return rows(
    [...TERMS.field.business, hanzi(visit.business.name)],
    [...TERMS.field.premises, hanzi(visit.premises.address)],
    [...TERMS.field.credit_code, element("span", "number", visit.business.uscc)],
    [...TERMS.field.code_number, element("span", "number", code)],
    [...TERMS.inspection.identified_by, readByWords(how.readBy)],
    [...TERMS.inspection.started, momentWords(visit.startedAt)],
  );
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement}
 */
function permitChoice(context) {
  const { visit } = context;
  if (!visit.permits.length)
    return notice(t("随身包里，这一处没有许可证。", "The pack has no permit for these premises."));
  const options = visit.permits.map(
    /** @returns {Option} */ ({ number, type, items, status }) => [
      number,
      [t(type.zh, type.en), " ", hanzi(number), element("br"), hanzi(items), ` · ${statusWords(status)}`],
    ],
  );
  return choices(t("检查哪一张许可证", "Permit to inspect"), options, visit.permitNo, (number) => {
    context.change(forPermit(context.visit, number));
    context.redraw();
  });
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement}
 */
function listChoice({ visit, change }) {
  const options = visit.checklists.map(
    /** @returns {Option} */ ({ id, name, version }) => [
      id,
      t(`${said(name)}（${version}）`, `${said(name)} (${version})`),
    ],
  );
  return choices(t("检查表", "Checklists"), options, visit.lists, (lists) => change({ lists }), { several: true });
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement}
 */
function purposeChoice(context) {
  const { visit } = context;
  const options = purposesOf(visit).map(/** @returns {Option} */ (purpose) => [purpose, purposeWords(purpose)]);
  return choices(t(...TERMS.inspection.purpose), options, visit.purpose, (purpose) => {
    context.change(purposed(context.visit, purpose));
    context.redraw();
  });
}

/**
 * The name of a colleague, with the absence that the pack told of.
 * @param {Visit} visit
 * @param {string} username
 * @param {string} name
 * @returns {string}
 */
function officerWords({ absent = [] }, username, name) {
  const away = absent.find(([who]) => who === username);
  if (!away) return name;
  const [, until, substitute] = away;
  const last = dayWords(until);
  return substitute
    ? t(`${name}（不在岗至${last}，代办人 ${substitute}）`, `${name} (absent until ${last}, substitute: ${substitute})`)
    : t(`${name}（不在岗至${last}，无人代办）`, `${name} (absent until ${last}, nobody stands in)`);
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement}
 */
function secondOfficer({ visit, change }) {
  const colleagues = visit.officers.map(
    /** @returns {[value: string, words: string]} */ ([username, name]) => [
      username,
      officerWords(visit, username, name),
    ],
  );
  /** @type {[value: string, words: string][]} */
  const options = [["", t("请选择", "Select")], ...colleagues];
  const control = select(options, visit.second, (second) => change({ second }));
  const hint = visit.officers.length
    ? t("监督检查应有两名人员在场。", "Two officers must be present at an inspection.")
    : t("本机构没有其他检查人员。", "This office has no other inspector.");
  return labelled(control, t(...TERMS.inspection.second_officer), hint);
}

/**
 * The parts of the step.
 * @param {VisitContext} context
 * @returns {HTMLElement[]}
 */
export function placeStep(context) {
  return [
    facts(context.visit),
    permitChoice(context),
    purposeChoice(context),
    secondOfficer(context),
    listChoice(context),
  ];
}
