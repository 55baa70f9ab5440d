// @ts-check
// The claims of a payload whose signature holds (docs/verifying/code-format.md, section 3): bytes in, values or a refusal out.

/** @import { Bytes, ClaimedPermit, Claims, TemplateNumber } from "./types.d.ts" */

import { isBetween, isBytes, isInteger, readCanonical } from "./canonical.js";
import { codeNumber, unpackUscc } from "./identifiers.js";
import { hex, Refusal } from "./refusal.js";

const FORMAT = 1;
const LAST_DAY = 84005; // 2199-12-31
const MAX_NUMBER = 2 ** 32 - 1;
const MAX_PERMITS = 2 ** 16 - 1;
const CODE_ID_BYTES = 10;
const DIGEST_BYTES = 16;
const utf16 = new TextDecoder("utf-16be", { fatal: true, ignoreBOM: true });

const SHAPE = [isInteger, isBytes, isInteger, isInteger, isBytes, isBytes, isBytes, isInteger, Array.isArray];

/**
 * Read a payload. Days are numbers of days since 1970-01-01, both ends of a period included; `validTo` null means without
 * end (长期). `number` is the printed text, or {template, year, serial}. `permitCount` counts the permits of the record,
 * also where fewer are signed here. Status entry `statusIndex` is the print's, those after it are the permits'.
 * @param {Bytes} payload
 * @returns {Claims}
 */
export function decodeClaims(payload) {
  const items = readCanonical(payload);
  if (Array.isArray(items) && isInteger(items[0]) && items[0] !== FORMAT) {
    throw new Refusal("claims_format_unknown", { found: String(items[0]) });
  }
  const permitCount = checkShape(items);
  const [, codeId, version, issuedOn, packed, name, digest, statusIndex, permits] = items;
  if (codeId.length !== CODE_ID_BYTES) throw new Refusal("payload_shape", { item: "code_id" });
  if (digest.length !== DIGEST_BYTES) throw new Refusal("payload_shape", { item: "digest" });
  const inRange = isBetween(version, 1, MAX_NUMBER) && isBetween(statusIndex, 0, MAX_NUMBER);
  if (!inRange || permitCount > MAX_PERMITS) {
    throw new Refusal("claims_number", { item: "version, status_index, permit_count" });
  }
  return {
    codeNumber: codeNumber(codeId),
    version,
    issuedOn: dayOf(issuedOn, "issued_on"),
    uscc: readUscc(packed),
    name: readName(name),
    digest: hex(digest),
    statusIndex,
    permits: permits.map(readPermit),
    permitCount,
  };
}

/**
 * The total of permits: named where some were left out of the symbol, else the number of those signed.
 * @param {unknown} items
 * @returns {number}
 */
function checkShape(items) {
  const whole = Array.isArray(items) && (items.length === 9 || items.length === 10);
  if (!whole || !SHAPE.every((fits, at) => fits(items[at]))) throw new Refusal("payload_shape", { item: "claims" });
  const signed = items[8].length;
  if (items.length === 9) return signed;
  if (!isInteger(items[9])) throw new Refusal("payload_shape", { item: "claims" });
  if (items[9] <= signed) throw new Refusal("claims_permit_count", { signed, count: String(items[9]) });
  return items[9];
}

/**
 * @param {unknown} items
 * @returns {ClaimedPermit}
 */
function readPermit(items) {
  if (!Array.isArray(items) || items.length !== 4) throw new Refusal("payload_shape", { item: "permit" });
  const [permitType, number, first, days] = items;
  if (!isInteger(permitType) || !isInteger(first) || !(days === null || isInteger(days))) {
    throw new Refusal("payload_shape", { item: "permit" });
  }
  if (!isBetween(permitType, 0, MAX_NUMBER)) throw new Refusal("claims_number", { item: "permit_type" });
  const written = typeof number === "string" ? number : readTemplateNumber(number);
  if (days === null) return { permitType, number: written, validFrom: dayOf(first, "valid_from"), validTo: null };
  if (days < 1) throw new Refusal("claims_date", { item: "length" });
  const validFrom = dayOf(first, "valid_from");
  if (!isBetween(days, 1, LAST_DAY + 1)) throw new Refusal("claims_date", { item: "valid_to" });
  return { permitType, number: written, validFrom, validTo: dayOf(first + days - 1, "valid_to") };
}

/**
 * @param {unknown} items
 * @returns {TemplateNumber}
 */
function readTemplateNumber(items) {
  if (!Array.isArray(items) || items.length !== 3 || !items.every(isInteger)) {
    throw new Refusal("payload_shape", { item: "number" });
  }
  const [template, year, serial] = items;
  if (!(isBetween(template, 0, MAX_NUMBER) && isBetween(year, 0, 9999) && isBetween(serial, 0, MAX_NUMBER))) {
    throw new Refusal("claims_number", { item: "number" });
  }
  return { template, year, serial };
}

/**
 * @param {unknown} number
 * @param {string} item
 * @returns {number}
 */
function dayOf(number, item) {
  if (!isBetween(number, 0, LAST_DAY)) throw new Refusal("claims_date", { item });
  return number;
}

/**
 * @param {Bytes} packed
 * @returns {string}
 */
function readUscc(packed) {
  const uscc = unpackUscc(packed);
  if (uscc === null) throw new Refusal("claims_uscc");
  return uscc;
}

/**
 * @param {Bytes} name
 * @returns {string}
 */
function readName(name) {
  try {
    return utf16.decode(name);
  } catch {
    throw new Refusal("claims_name");
  }
}
