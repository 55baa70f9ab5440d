// @ts-check
// Beginning a visit after a scan: the business is known, the premises are chosen here, and a wrong place is warned of.

/** @import { ListContext } from "./types.d.ts" */
/** @import { KeptVisits } from "./device/types.d.ts" */
/** @import { Identified, Visit } from "./visit/types.d.ts" */
/** @import { HeldPack, KeptPack, Pack, Place } from "../pack/types.d.ts" */

import { placeNamed } from "../pack/register.js";
import { WRONG_PREMISES } from "../pack/words.js";
import { both, element, hanzi } from "../ui/elements.js";
import { button, linkButton, notice } from "../ui/fields.js";
import { verdict } from "../ui/verdict.js";
import { dayWords, t } from "../ui/words.js";
import { businessOfCode } from "./visit/places.js";
import { tasksOf } from "./visit/visit.js";
import { momentWords, purposeWords } from "./visit/words.js";

/**
 * The warning that the code belongs to another business than the one chosen on the verify page, or nothing.
 * @param {Pack} pack
 * @param {string | null} here
 * @param {string} uscc
 * @returns {HTMLElement[]}
 */
export function wrongPlace(pack, here, uscc) {
  const place = here === null ? undefined : placeNamed(pack, here);
  if (!place || place.business.uscc === uscc) return [];
  const words = t(
    `选定的所在场所是 ${place.business.name}，${place.premises.address}；亮证牌属于另一家企业。请核对门头和地址，并在检查记录中写明。`,
    `You selected ${place.business.name}, ${place.premises.address}, but the card belongs to another business. Check the shop sign and address, and note this in the inspection record.`,
  );
  return [verdict(WRONG_PREMISES, words)];
}

/**
 * @param {KeptVisits["visits"]} visits
 * @param {string} uscc
 * @returns {HTMLElement[]}
 */
function openOnes(visits, uscc) {
  const open = visits.filter((visit) => visit.state === "draft" && visit.business.uscc === uscc);
  return /** @type {Visit[]} */ (open).map((visit) =>
    element(
      "p",
      "tools",
      linkButton(
        t(
          `继续 ${momentWords(visit.startedAt)} 开始的检查`,
          `Continue the inspection started ${momentWords(visit.startedAt)}`,
        ),
        `#${visit.id}/check`,
      ),
    ),
  );
}

/**
 * What is due there comes first: begun from the scan, it is bound to the code as any other inspection.
 * @param {ListContext} context
 * @param {KeptPack} pack
 * @param {Place} place
 * @param {Identified} how
 * @returns {HTMLElement[]}
 */
function beginnings(context, pack, place, how) {
  const due = tasksOf(pack.kit).filter(
    ({ uscc, premisesNo }) => uscc === place.business.uscc && premisesNo === place.premises.no,
  );
  const address = () => hanzi(place.premises.address);
  const tasks = due.map((task) => {
    const words = t(
      `${purposeWords(task.purpose)}，${dayWords(task.due)}前：`,
      `${purposeWords(task.purpose)}, due ${dayWords(task.due)}: `,
    );
    return button([words, address()], () => context.begin(place, how, task), "wide");
  });
  const words = due.length ? t("另作检查：", "Another inspection: ") : t("检查这一处：", "Inspect here: ");
  const other = button(
    [words, address()],
    () => context.begin(place, how, null),
    due.length ? "quiet-button wide" : "wide",
  );
  return [...tasks, other].map((each) => element("li", "", each));
}

/**
 * The parts of the view. `scanned` is {codeNumber, codeVersion}; `here` the name of the chosen place, or null.
 * @param {ListContext} context
 * @param {HeldPack} held
 * @param {KeptVisits} kept
 * @param {{ codeNumber: string; codeVersion: number }} scanned
 * @param {string | null} here
 * @returns {HTMLElement[]}
 */
export function beginView(context, { pack }, kept, scanned, here) {
  const business = pack?.kit && businessOfCode(pack, scanned.codeNumber);
  if (!business)
    return [
      notice(t("随身包里没有这个编号的企业。", "The pack has no business with this code number.")),
      element("p", "tools", linkButton(both("返回", "Back"), "#")),
    ];
  /** @type {Identified} */
  const how = { readBy: "symbol", codeNumber: business.codeNumber, codeVersion: scanned.codeVersion };
  const places = business.premises.flatMap((premises) => beginnings(context, pack, { business, premises }, how));
  return [
    ...wrongPlace(pack, here, business.uscc),
    element("h2", "", hanzi(business.name)),
    ...openOnes(kept.visits, business.uscc),
    element("ul", "places", ...places),
  ];
}
