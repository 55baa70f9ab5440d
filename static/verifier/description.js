// @ts-check
// Claims in words: names of permit types and written numbers, from the vocabulary that the service publishes.

/** @import { Claims, Described, Names, TemplateNumber, Vocabulary } from "./types.d.ts" */

import { Refusal } from "./refusal.js";

/**
 * Refuse permit types and number templates that the vocabulary does not hold; it may be older than the code.
 * @param {Claims} claims
 * @param {Vocabulary} vocabulary
 */
export function checkWords(claims, vocabulary) {
  for (const { permitType, number } of claims.permits) {
    if (!found(vocabulary.permit_types, permitType))
      throw new Refusal("claims_permit_type_unknown", { wire_id: permitType });
    if (typeof number !== "string" && !found(vocabulary.number_templates, number.template)) {
      throw new Refusal("claims_template_unknown", { wire_id: number.template });
    }
  }
}

/**
 * @template T
 * @param {Record<string, T> | undefined} names
 * @param {number} wireId
 * @returns {T | null}
 */
function found(names, wireId) {
  return names && Object.hasOwn(names, String(wireId)) ? names[wireId] : null;
}

/**
 * Verified claims as they are printed: {codeNumber, version, issuedOn, uscc, name, permits, notShown}; each permit is
 * {type: {zh, en}, number, validFrom, validTo}. Days stay numbers. Without a name in the vocabulary the wire id is shown.
 * `notShown` counts permits of the record beyond the symbol's room.
 * @param {Claims} claims
 * @param {Vocabulary | null | undefined} vocabulary
 * @returns {Described}
 */
export function describe(claims, vocabulary) {
  const { codeNumber, version, issuedOn, uscc, name, permits, permitCount } = claims;
  return {
    codeNumber,
    version,
    issuedOn,
    uscc,
    name,
    permits: permits.map((permit) => ({
      type: found(vocabulary?.permit_types, permit.permitType) ?? unnamed(permit.permitType),
      number: written(permit.number, vocabulary),
      validFrom: permit.validFrom,
      validTo: permit.validTo,
    })),
    notShown: permitCount - permits.length,
  };
}

/**
 * @param {number} wireId
 * @returns {Names}
 */
function unnamed(wireId) {
  return { zh: `许可种类 ${wireId}`, en: `Permit type ${wireId}` };
}

/**
 * @param {string | TemplateNumber} number
 * @param {Vocabulary | null | undefined} vocabulary
 * @returns {string}
 */
function written(number, vocabulary) {
  if (typeof number === "string") return number;
  const pattern = found(vocabulary?.number_templates, number.template) ?? "{year}-{serial}";
  // {serial:05d} asks for at least five digits; {serial} for as many as there are.
  return pattern
    .replaceAll("{year}", String(number.year))
    .replace(/\{serial(?::0(\d+)d)?\}/g, (_, width) => String(number.serial).padStart(Number(width ?? 0), "0"));
}
