// @ts-check
// Finding the place of a visit in the pack: by a scanned code, a typed number, or words. Pure.

/** @import { Identified, Task } from "./types.d.ts" */
/** @import { Business, Pack, Place } from "../../pack/types.d.ts" */

import { placeNamed, placeOf, search } from "../../pack/register.js";
import { reduced } from "../../reading/pasted.js";

/**
 * Crockford's base 32 as people type it: O for 0, I and L for 1, spaces and hyphens anywhere; 16 characters and the check.
 * @param {string} text
 * @returns {string}
 */
const folded = (text) => text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
const NUMBER = /^[0-9A-Z]{17}$/;

/**
 * The business of a code number, however it is written; undefined when the pack does not hold it.
 * @param {Pack} pack
 * @param {string} codeNumber
 * @returns {Business | undefined}
 */
export function businessOfCode(pack, codeNumber) {
  const wanted = folded(codeNumber);
  if (!NUMBER.test(wanted)) return undefined;
  return [...pack.byUscc.values()].find((business) => business.codeNumber && folded(business.codeNumber) === wanted);
}

/**
 * Premises for what was typed or pasted, each with how it was found: {places: [{place, how}], more}; `link` says that it
 * was the link of a code, which is verified on the verify page.
 * @param {Pack} pack
 * @param {string} text
 * @returns {{ places: { place: Place; how: Identified }[]; more: number; link: boolean }}
 */
export function found(pack, text) {
  const { kind, texts } = reduced(text, []);
  if (kind === "code") return { places: [], more: 0, link: true };
  const business = texts.length ? businessOfCode(pack, texts[0]) : undefined;
  if (business) {
    /** @type {Identified} */
    const how = { readBy: "number", codeNumber: business.codeNumber, codeVersion: null };
    return {
      places: business.premises.map((premises) => ({ place: { business, premises }, how })),
      more: 0,
      link: false,
    };
  }
  /** @type {Identified} */
  const how = { readBy: "list", codeNumber: "", codeVersion: null };
  const { found: places, more } = search(pack, text);
  return { places: places.map((place) => ({ place, how })), more, link: false };
}

/**
 * Premises of a task of the pack; undefined when the pack does not hold them.
 * @param {Pack} pack
 * @param {Task} task
 * @returns {Place | undefined}
 */
export const placeOfTask = (pack, { uscc, premisesNo }) => placeNamed(pack, placeOf(uscc, premisesNo));
