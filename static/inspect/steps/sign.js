// @ts-check
// Fifth step: the business confirms the record with a signature or by a typed name, or refuses, which is recorded.

/** @import { VisitContext } from "./types.d.ts" */
/** @import { Content, Option } from "../../ui/types.d.ts" */
/** @import { Signature, Visit } from "../visit/types.d.ts" */

import { element } from "../../ui/elements.js";
import { button, choices, labelled, notice, text } from "../../ui/fields.js";
import { TERMS } from "../../ui/terms.js";
import { dayWords, t } from "../../ui/words.js";
import { overNow, reckon } from "../visit/visit.js";
import { outcomeWords, purposeWords, scoreWords } from "../visit/words.js";
import { findings } from "./result.js";
import { signatureField } from "./signature_field.js";

/**
 * @param {VisitContext} context
 * @param {Partial<Signature>} fields
 */
function sign(context, fields) {
  context.change({ signature: { ...context.visit.signature, ...fields } });
}

/**
 * @param {VisitContext} context
 * @param {Partial<Signature>} fields
 */
function signed(context, fields) {
  sign(context, { ...fields, over: overNow(context.visit) });
}

/**
 * @param {Visit} visit
 * @returns {HTMLElement}
 */
function summary(visit) {
  const by =
    visit.outcome === "to_rectify" && visit.rectifyBy ? t("，期限 ", ", due date ") + dayWords(visit.rectifyBy) : "";
  const outcome = visit.outcome ? outcomeWords(visit.outcome) + by : t("尚未作出", "not decided yet");
  /** @type {(zh: string, en: string, words: Content) => HTMLElement} */
  const line = (zh, en, words) => element("p", "", t(zh, en), words);
  return element(
    "div",
    "record",
    line("检查类型：", "Purpose: ", purposeWords(visit.purpose)),
    line("得分：", "Score: ", scoreWords(reckon(visit))),
    findings(visit),
    line("照片：", "Photos: ", String(visit.photos.length)),
    line("检查结论：", "Outcome of the inspection: ", outcome),
    ...(visit.remarks.trim() ? [line("备注：", "Notes: ", element("span", "as-typed", visit.remarks))] : []),
  );
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement[]}
 */
function drawnPart(context) {
  const { signature } = context.visit;
  const canvas = signatureField(signature.strokes, (strokes) => signed(context, { strokes }));
  canvas.setAttribute("role", "img");
  canvas.setAttribute(
    "aria-label",
    t(
      "签字框：用手指或笔签字；也可以改选“输入姓名确认”。",
      "Signature box: sign with a finger or pen. You can select “Enter the name” instead.",
    ),
  );
  const clear = button(t("清除重签", "Clear and sign again"), () => {
    sign(context, { strokes: [], over: "" });
    context.redraw();
  });
  const name = text(signature.name, (value) => signed(context, { name: value }), { most: 60 });
  return [
    canvas,
    element("p", "tools", clear),
    labelled(name, t("签字人姓名（可不填）", "Name of the person signing (optional)")),
  ];
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement[]}
 */
function typedPart(context) {
  const name = text(context.visit.signature.name, (value) => signed(context, { name: value }), { most: 60 });
  return [
    labelled(
      name,
      t("签字人姓名", "Name of the person confirming"),
      t(
        "看过记录的人说出或自己输入姓名，代替签字。",
        "A person who has read the record says or enters their name instead of signing.",
      ),
    ),
  ];
}

/**
 * @param {VisitContext} context
 * @returns {HTMLElement[]}
 */
function refusedPart(context) {
  const reason = text(context.visit.signature.reason, (value) => signed(context, { reason: value }), {
    rows: 2,
    most: 200,
  });
  return [labelled(reason, t("拒签原因", "Reason for refusing to sign"))];
}

/** @type {Record<string, (context: VisitContext) => HTMLElement[]>} */
const PARTS = { drawn: drawnPart, typed: typedPart, refused: refusedPart };

/**
 * Take away a signature that was given under another record than this one; whether there was one.
 * @param {VisitContext} context
 * @returns {boolean}
 */
function unsignedByChange(context) {
  const { kind, over } = context.visit.signature;
  if (!over || kind === "refused" || over === overNow(context.visit)) return false;
  sign(context, { name: "", strokes: [], over: "" });
  return true;
}

/**
 * The parts of the step.
 * @param {VisitContext} context
 * @returns {HTMLElement[]}
 */
export function signStep(context) {
  /** @type {Option[]} */
  const options = [
    ["drawn", t("手写签字", "Sign by hand")],
    ["typed", t("输入姓名确认", "Enter the name")],
    ["refused", t(...TERMS.inspection.refused_to_sign)],
  ];
  const kinds = choices(t("被检查单位确认", "The business confirms"), options, context.visit.signature.kind, (kind) => {
    sign(context, { kind, over: "" });
    context.redraw();
  });
  const changed = unsignedByChange(context)
    ? [
        notice(
          t(
            "签字后记录有改动，原签字已清除，请重新确认。",
            "The record was changed after signing, so the signature was removed. Have it confirmed again.",
          ),
        ),
      ]
    : [];
  const part = PARTS[context.visit.signature.kind]?.(context) ?? [];
  return [
    element("p", "", t("请把下面的记录给被检查单位看：", "Show this record to the business:")),
    summary(context.visit),
    kinds,
    ...changed,
    ...part,
  ];
}
