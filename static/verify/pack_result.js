// @ts-check
// What the pack adds to a genuine code, on the page: warnings first, then addresses and last inspections.

/** @import { Business, Pack, PackPermit, PackWarning, Premises, Scanned } from "../pack/types.d.ts" */
/** @import { Content, Headline } from "../ui/types.d.ts" */

import { placeNamed } from "../pack/register.js";
import { statusWords, WRONG_PREMISES } from "../pack/words.js";
import { both, element, hanzi, rows } from "../ui/elements.js";
import { TERMS } from "../ui/terms.js";
import { verdict } from "../ui/verdict.js";
import { dayWords, minute, t } from "../ui/words.js";
import { ageSince } from "./ages.js";

/** @type {Headline} */
const ELSEWHERE = { tone: "bad", zh: "同一个码刚在别处出现过", en: "The same code was just seen elsewhere" };
/** @type {Headline} */
const ELSEWHERE_OWN = {
  tone: "care",
  zh: "同一个码在本企业另一处也出现过",
  en: "The same code was seen at other premises of this business",
};
/** @type {Headline} */
const NO_PERMIT = { tone: "care", zh: "这一处没有许可证", en: "There is no permit for these premises" };

/**
 * @param {Pack} pack
 * @param {string} name
 * @returns {string}
 */
function placeWords(pack, name) {
  const place = placeNamed(pack, name);
  if (!place) return t("随身包里已没有的场所", "premises no longer in the pack");
  return `${place.business.name}，${place.premises.address}`;
}

/**
 * @param {PackWarning} found
 * @param {Pack} pack
 * @param {Date} now
 * @returns {HTMLElement}
 */
function warning(found, pack, now) {
  if (found.kind === "wrong_premises") {
    return verdict(
      WRONG_PREMISES,
      t(
        "码是真的，但属于另一家企业。请核对门头和地址，可能是借用或冒用的亮证牌。",
        "The code is genuine but belongs to another business. Check the shop sign and address: the card may be borrowed or misused.",
      ),
    );
  }
  if (found.kind === "no_permit_here") {
    return verdict(
      NO_PERMIT,
      t(
        "许可证是给本企业其他场所的，见下面的地址。",
        "The permits are for other premises of this business: see the addresses below.",
      ),
    );
  }
  const where = element("span", "", minute(found.at), t("（", " ("), ageSince(found.at, now), t("）：", "): "));
  where.append(placeWords(pack, found.place));
  return verdict(found.own ? ELSEWHERE_OWN : ELSEWHERE, where);
}

/**
 * The warnings, each in the shape of a verdict, so that none is smaller than the verdict on the signature.
 * @param {PackWarning[]} warnings
 * @param {Pack} pack
 * @param {Date} now
 * @returns {HTMLElement[]}
 */
export function warned(warnings, pack, now) {
  return warnings.map((found) => warning(found, pack, now));
}

/**
 * @param {PackPermit} permit
 * @returns {HTMLElement}
 */
function permitLines(permit) {
  const checked = permit.checkedOn ? dayWords(permit.checkedOn) : t("没有记载", "none recorded");
  /** @type {[zh: string, en: string, value: Content][]} */
  const items = permit.items ? [[...TERMS.field.permitted_activities, hanzi(permit.items)]] : [];
  return rows(
    [permit.type.zh, permit.type.en, hanzi(permit.number || "—")],
    ...items,
    ["当时状态", "Status at that time", statusWords(permit.status)],
    [...TERMS.inspection.last, checked],
  );
}

/**
 * @param {Premises} premises
 * @param {PackPermit[]} permits
 * @returns {HTMLElement}
 */
function premisesCard(premises, permits) {
  const here = permits.filter((permit) => permit.premisesNo === premises.no);
  const lines = here.length
    ? here.map(permitLines)
    : [element("p", "quiet", t("这一处没有许可证。", "There is no permit for these premises."))];
  return element("article", "card plain", element("h3", "", hanzi(premises.address)), ...lines);
}

/**
 * The way from a genuine scan to an inspection, where the pack holds the business and what an inspection needs.
 * @param {Business | undefined} business
 * @param {Pack} pack
 * @param {Scanned} scanned
 * @returns {HTMLElement[]}
 */
export function inspectionLink(business, pack, scanned) {
  if (!business || !pack.kit) return [];
  const link = element("a", "button", ...both(...TERMS.inspection.start));
  link.href = `/verify/inspections#begin/${scanned.codeNumber}/${scanned.version}`;
  return [element("p", "tools", link)];
}

/** The way to all inspections of this device. */
export function inspectionsLink() {
  const link = element("a", "", ...both("本机的检查记录", "Inspections on this device"));
  link.href = "/verify/inspections";
  const line = element("p", "", link);
  line.id = "inspections";
  return line;
}

/**
 * Addresses, permits and last inspections as the pack holds them.
 * @param {Business | undefined} business
 * @param {Pack} pack
 * @returns {HTMLElement[]}
 */
export function added(business, pack) {
  const heading = element("h2", "", ...both("登记的场所", "Registered premises"));
  if (!business) {
    const words = t(
      "随身包里没有这家企业：它可能属于其他机构，或在取得随身包之后才登记，无法核对地址。",
      "This business is not in the pack. It may belong to another office or have been registered after the pack was downloaded. Its address cannot be checked.",
    );
    return [element("div", "registered", heading, element("p", "note", words))];
  }
  const asOf = element(
    "p",
    "quiet",
    t(`随身包，登记信息截至 ${minute(pack.asOf)}`, `From the pack, as of ${minute(pack.asOf)}`),
  );
  return [
    element(
      "div",
      "registered",
      heading,
      asOf,
      ...business.premises.map((each) => premisesCard(each, business.permits)),
    ),
  ];
}
