// @ts-check
// Second step: the checklist. One large choice for each item; "no" asks for words, and takes photographs.

/** @import { VisitContext } from "./types.d.ts" */
/** @import { Option } from "../../ui/types.d.ts" */
/** @import { Answer, ListedItem } from "../visit/types.d.ts" */

import { both, element } from "../../ui/elements.js";
import { camera, choices, labelled, notice, said, text } from "../../ui/fields.js";
import { TERMS } from "../../ui/terms.js";
import { t } from "../../ui/words.js";
import { answerTo, itemsOf, reckon } from "../visit/visit.js";
import { answerWords, progressWords, scoreWords } from "../visit/words.js";
import { shots } from "./photos.js";

const MOST_FINDING = 500;

/**
 * @param {VisitContext} context
 * @param {string} key
 * @param {Partial<Answer>} fields
 */
function answered(context, key, fields) {
  const { answers } = context.visit;
  context.change({ answers: { ...answers, [key]: { ...answerTo(context.visit, key), ...fields } } });
}

/**
 * @param {VisitContext} context
 * @param {string} key
 * @param {HTMLElement} place
 * @returns {Promise<void>}
 */
async function showShots(context, key, place) {
  const { photos } = context.visit;
  const named = answerTo(context.visit, key).photos;
  place.replaceChildren(
    ...(await shots(
      context,
      photos.filter(({ sha256 }) => named.includes(sha256)),
    )),
  );
}

/**
 * @param {VisitContext} context
 * @param {string} key
 * @returns {HTMLElement}
 */
function finding(context, key) {
  const given = answerTo(context.visit, key);
  const place = element("ul", "shots");
  const words = text(given.finding, (found) => answered(context, key, { finding: found }), {
    rows: 2,
    most: MOST_FINDING,
  });
  showShots(context, key, place);
  const taken = camera(async (file) => {
    await context.photograph(file, key);
    await showShots(context, key, place);
  });
  const part = element("div", "finding", labelled(words, t(...TERMS.inspection.what_was_found)), place, taken);
  part.hidden = given.answer !== "no";
  return part;
}

/**
 * @param {VisitContext} context
 * @param {ListedItem} listed
 * @param {() => void} showScore
 * @returns {HTMLElement}
 */
function question(context, { item, key }, showScore) {
  const answers = item.always ? ["yes", "no"] : ["yes", "no", "na"];
  const more = finding(context, key);
  const legend = [
    said(item.text),
    ...(item.critical ? [" ", element("b", "critical", ...both(...TERMS.inspection.critical))] : []),
  ];
  const options = answers.map(/** @returns {Option} */ (answer) => [answer, answerWords(answer)]);
  const field = choices(
    legend,
    options,
    answerTo(context.visit, key).answer,
    (answer) => {
      answered(context, key, { answer });
      more.hidden = answer !== "no";
      showScore();
    },
    { classes: "question" },
  );
  field.firstChild.after(
    element(
      "p",
      "quiet law",
      t(
        `依据：${said(item.law)}；${item.weight} 分`,
        `${said(item.law)}; ${item.weight} ${item.weight === 1 ? "point" : "points"}`,
      ),
    ),
  );
  field.append(more);
  return field;
}

/**
 * @param {VisitContext} context
 * @param {() => void} showScore
 * @returns {HTMLElement[]}
 */
function sections(context, showScore) {
  const parts = [];
  let last = "";
  for (const each of itemsOf(context.visit)) {
    const heading = `${said(each.list.name)} · ${said(each.item.section)}`;
    if (heading !== last) parts.push(element("h2", "", heading));
    last = heading;
    parts.push(question(context, each, showScore));
  }
  return parts;
}

/**
 * The parts of the step.
 * @param {VisitContext} context
 * @returns {HTMLElement[]}
 */
export function checkStep(context) {
  if (!itemsOf(context.visit).length)
    return [notice(t("请先在第一步选检查表。", "Select a checklist in the first step."))];
  const score = element("p", "score");
  score.setAttribute("role", "status");
  const showScore = () => {
    const reckoned = reckon(context.visit);
    score.replaceChildren(element("b", "", scoreWords(reckoned)), ` ${progressWords(reckoned)}`);
  };
  showScore();
  return [...sections(context, showScore), score];
}
