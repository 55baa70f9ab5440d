// @ts-check
// Several codes in one picture, PDF or frame: those of ours are chosen from by name, others are named in a line.

/** @import { HeldLists } from "../lists/types.d.ts" */
/** @import { Pasted } from "../reading/types.d.ts" */
/** @import { Content } from "../ui/types.d.ts" */

import { reduced } from "../reading/pasted.js";
import { byId, element, hanzi } from "../ui/elements.js";
import { TERMS } from "../ui/terms.js";
import { verdict } from "../ui/verdict.js";
import { t } from "../ui/words.js";
import { claimsOf } from "./check.js";
import { nameOf } from "./not_ours.js";

/** @typedef {{ text: string; page: number | null }} Code a code of ours, and the page of the PDF that it is on */
/**
 * What was seen beside codes of ours: `others` that are not, `notes`, and whether there are `more` than were read.
 * @typedef {{ others: Pasted[]; notes: string[]; more: boolean }} Beside
 */

/**
 * What a code is chosen by: the business and the version of the card, or that it is not genuine.
 * @param {Code} code
 * @param {HeldLists} lists
 * @returns {Promise<Content[]>}
 */
async function label({ text, page }, lists) {
  const { kind, texts } = reduced(text, []);
  if (kind === "number") return [t(...TERMS.field.code_number), ` ${texts[0].match(/.{1,4}/g).join("-")}`];
  const claims = await claimsOf(text, lists);
  const where = page === null ? "" : t(`，第\u00a0${page}\u00a0页`, `, page ${page}`);
  if (!claims) return [t(...TERMS.verdict.refused) + where];
  const version = t(`，第\u00a0${claims.version}\u00a0版`, `, version ${claims.version}`);
  return [hanzi(claims.name || claims.codeNumber), version + where];
}

/**
 * A list of buttons; `pick` is called with the chosen code.
 * @param {Code[]} codes
 * @param {HeldLists} lists
 * @param {(code: Code) => unknown} pick
 * @returns {Promise<HTMLElement>}
 */
export async function choicesOf(codes, lists, pick) {
  const list = element("ul", "codes");
  for (const code of codes) {
    const button = element("button", "button quiet-button", element("span", "", ...(await label(code, lists))));
    button.type = "button";
    button.addEventListener("click", () => pick(code));
    list.append(element("li", "", button));
  }
  return list;
}

/**
 * What stands above such a list while none is chosen.
 * @param {number} count
 * @param {boolean} more
 * @returns {HTMLElement}
 */
export function chooseOne(count, more) {
  const [atLeast, orMore] = more ? ["至少", "At least "] : ["", ""];
  return verdict(
    { tone: "plain", zh: `${atLeast}找到 ${count}\u00a0个|亮证二维码`, en: `${orMore}${count} licence codes found` },
    t("请选择要核验的一个。", "Choose the one to verify."),
  );
}

/**
 * Say quietly what else was seen, and `rest`, the codes of ours that were not chosen.
 * @param {Beside} beside
 * @param {HTMLElement | null} rest
 */
export function sayBeside({ others, notes, more }, rest) {
  /** @type {Content[]} */
  const parts = rest ? [element("p", "quiet", t("另外还有：", "Also found:")), rest] : [];
  if (others.length) {
    const names = others.map(nameOf).join(t("、", ", "));
    const words = t(
      `另外${more ? "至少" : ""}看到 ${others.length}\u00a0个码，不是亮证二维码：${names}。`,
      `Also seen, not of this service: ${names}${more ? " …" : "."}`,
    );
    parts.push(element("p", "quiet", words));
  }
  parts.push(...notes.map((note) => element("p", "quiet", note)));
  byId("beside").replaceChildren(...parts);
  byId("beside").hidden = parts.length === 0;
}
