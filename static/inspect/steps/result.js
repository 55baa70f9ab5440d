// @ts-check
// Fourth step: score, outcome, order to rectify, remarks.

/** @import { VisitContext } from "./types.d.ts" */
/** @import { Option } from "../../ui/types.d.ts" */
/** @import { Outcome, Visit } from "../visit/types.d.ts" */

import { element } from "../../ui/elements.js";
import { choices, labelled, notice, said, text } from "../../ui/fields.js";
import { TERMS } from "../../ui/terms.js";
import { t } from "../../ui/words.js";
import { answerTo, dayIn, faultsOf, itemsOf, reckon, suggested, wantsFault } from "../visit/visit.js";
import { faultWords, outcomeWords, progressWords, scoreWords } from "../visit/words.js";

/** @type {Outcome[]} */
const OUTCOMES = ["passed", "to_rectify", "failed"];
const MOST_REMARKS = 2000;

/**
 * What was answered "no", with the words of the inspector.
 * @param {Visit} visit
 * @returns {HTMLElement}
 */
export function findings(visit) {
  const failed = itemsOf(visit).filter(({ key }) => answerTo(visit, key).answer === "no");
  if (!failed.length) return element("p", "", t("没有发现不符合项。", "All items are compliant."));
  const lines = failed.map(({ item, key }) =>
    element("li", "", said(item.text), t("：", ": "), element("b", "", answerTo(visit, key).finding || "—")),
  );
  return element("ol", "findings", ...lines);
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement}
 */
function due(context) {
  const control = /** @type {HTMLInputElement} */ (
    text(context.visit.rectifyBy, (rectifyBy) => context.change({ rectifyBy }), { type: "date" })
  );
  control.min = dayIn(context.now(), 1);
  control.max = dayIn(context.now(), 365);
  const part = labelled(
    control,
    t(...TERMS.inspection.rectification_deadline),
    t("期限之后要复查。", "A recheck follows after this date."),
  );
  part.hidden = context.visit.outcome !== "to_rectify";
  return part;
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement}
 */
function faults(context) {
  const options = faultsOf(context.visit).map(/** @returns {Option} */ (fault) => [fault, faultWords(fault)]);
  const part = choices(t("承诺不成立的原因", "Why the commitment failed"), options, context.visit.fault, (fault) =>
    context.change({ fault }),
  );
  part.hidden = !wantsFault(context.visit);
  return part;
}

/**
 * The parts of the step.
 * @param {VisitContext} context
 * @returns {HTMLElement[]}
 */
export function resultStep(context) {
  const { visit } = context;
  const reckoned = reckon(visit);
  const [day, why] = [due(context), faults(context)];
  const options = OUTCOMES.map(/** @returns {Option} */ (outcome) => [outcome, outcomeWords(outcome)]);
  const outcome = choices(t(...TERMS.inspection.outcome), options, visit.outcome, (chosen) => {
    context.change({ outcome: chosen });
    day.hidden = chosen !== "to_rectify";
    why.hidden = !wantsFault(context.visit);
  });
  const remarks = text(visit.remarks, (found) => context.change({ remarks: found }), { rows: 3, most: MOST_REMARKS });
  const capped = reckoned.criticalFailed
    ? [
        notice(
          t(
            `有关键项不符合，得分不超过 ${visit.criticalCap}。`,
            `A critical item is not compliant, so the score is at most ${visit.criticalCap}.`,
          ),
        ),
      ]
    : [];
  return [
    element("p", "score-large", element("b", "", scoreWords(reckoned)), element("br"), progressWords(reckoned)),
    ...capped,
    findings(visit),
    element(
      "p",
      "quiet",
      t("按检查情况，建议：", "Suggested, based on the findings: "),
      outcomeWords(suggested(visit)),
    ),
    outcome,
    day,
    why,
    labelled(remarks, t("备注（可不填）", "Notes (optional)")),
  ];
}
