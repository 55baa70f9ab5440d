// @ts-check
// The pack on the verify page: where the inspector is, and what that and the register add to a genuine code. Without a
// pack nothing of this is seen, and whatever goes wrong here, the code itself is still verified.

/** @import { HeldBusiness } from "./types.d.ts" */
/** @import { Pack, Place } from "../pack/types.d.ts" */
/** @import { Content } from "../ui/types.d.ts" */
/** @import { Described } from "../verifier/types.d.ts" */

import { heldPack, heldVisit, keepVisit } from "../pack/held.js";
import { compare, noted, placeNamed, placeOf, search } from "../pack/register.js";
import { packWords, problemWords } from "../pack/words.js";
import { byId, element, hanzi } from "../ui/elements.js";
import { t } from "../ui/words.js";
import { shanghaiDay } from "../verifier/refusal.js";
import { added, inspectionLink, inspectionsLink, warned } from "./pack_result.js";

let onMove = () => {};

/**
 * @param {Pack} pack
 * @param {string | null} here
 */
function showHere(pack, here) {
  const place = here === null ? undefined : placeNamed(pack, here);
  byId("here").hidden = !place;
  byId("place-form").hidden = Boolean(place);
  if (place)
    byId("here-said").replaceChildren(hanzi(place.business.name), element("br"), hanzi(place.premises.address));
  byId("place").value = "";
  showPlaces({ found: [], more: 0 });
}

/**
 * @param {string | null} here
 * @returns {Promise<void>}
 */
async function goTo(here) {
  const now = new Date();
  const { pack } = await heldPack(now);
  if (!pack) return showPack();
  const { seen } = await heldVisit(now);
  await keepVisit({ here, seen }, now);
  showHere(pack, here);
  onMove(); // what is on the screen was said of another place
  byId(here === null ? "place" : "leave").focus();
}

/**
 * @param {Place} place
 * @returns {HTMLElement}
 */
function placeButton({ business, premises }) {
  const button = element("button", "button quiet-button", hanzi(business.name), element("br"), hanzi(premises.address));
  button.type = "button";
  button.addEventListener("click", () => goTo(placeOf(business.uscc, premises.no)));
  return element("li", "", button);
}

/** @param {{ found: Place[]; more: number }} result */
function showPlaces({ found, more }) {
  byId("places").replaceChildren(...found.map(placeButton));
  const many = t(`另有 ${more} 处，请多输入几个字。`, `${more} more. Enter a few more characters.`);
  const none = byId("place").value.trim() ? t("随身包里没有。", "Not in the pack.") : "";
  byId("places-said").textContent = more ? many : found.length ? "" : none;
}

async function showPack() {
  const now = new Date();
  const { pack, problem } = await heldPack(now);
  byId("pack").hidden = !pack && problem === "none";
  byId("pack-said").textContent = pack ? packWords(pack) : problemWords(problem);
  byId("pack-said").className = pack ? "quiet" : "note";
  for (const id of ["here", "place-form"]) byId(id).hidden = true;
  if (pack) showHere(pack, (await heldVisit(now)).here);
  if (pack?.kit && !byId("inspections")) byId("pack").append(inspectionsLink());
}

async function searched() {
  const { pack } = await heldPack(new Date());
  if (pack) showPlaces(search(pack, byId("place").value));
  else await showPack();
}

/**
 * Show the pack where there is one. `moved` is called when the inspector says she is somewhere else.
 * @param {() => void} moved
 * @returns {Promise<void>}
 */
export async function startPack(moved) {
  onMove = moved;
  byId("place-form").addEventListener("submit", (event) => {
    event.preventDefault();
    searched();
  });
  byId("leave").addEventListener("click", () => goTo(null));
  try {
    await showPack();
  } catch {
    byId("pack").hidden = true; // a browser that keeps nothing has no pack
  }
}

/**
 * @param {Described} scanned
 * @param {Date} now
 * @param {boolean} again
 * @returns {Promise<{ before: Content[]; after: Content[]; held: HeldBusiness | null }>}
 */
async function looked(scanned, now, again) {
  const { pack, problem } = await heldPack(now);
  if (!pack) {
    if (problem !== "none") await showPack();
    return { before: [], after: [], held: null };
  }
  const visit = await heldVisit(now);
  const { business, warnings } = compare(pack, visit.here, visit.seen, scanned, now);
  // Judged again because newer lists came: that is no second scan.
  if (visit.here !== null && !again)
    await keepVisit({ ...visit, seen: noted(visit.seen, scanned.codeNumber, visit.here, now) }, now);
  return {
    before: warned(warnings, pack, now),
    after: [...added(business, pack), ...inspectionLink(business, pack, scanned)],
    held: business ? { business, day: shanghaiDay(pack.asOf) } : null,
  };
}

/**
 * Parts to show before and after the verdict of a genuine code, and its business in the pack; `again` when it is the same scan, judged once more.
 * @param {Described} scanned
 * @param {Date} now
 * @param {boolean} again
 * @returns {Promise<{ before: Content[]; after: Content[]; held: HeldBusiness | null }>}
 */
export async function besideTheScan(scanned, now, again) {
  try {
    return await looked(scanned, now, again);
  } catch {
    return { before: [], after: [], held: null };
  }
}
