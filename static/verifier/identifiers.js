// @ts-check
// The credit code that the claims pack into 11 bytes, and the code number that is printed below the symbol
// (docs/verifying/code-format.md, sections 3 and 9).

/** @import { Bytes } from "./types.d.ts" */

const CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * @param {Bytes} bytes
 * @returns {bigint}
 */
function bigEndian(bytes) {
  return Array.from(bytes).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

/**
 * The 18 characters of a packed unified social credit code (GB 32100-2015), or null when it is not one.
 * @param {Bytes} packed
 * @returns {string | null}
 */
export function unpackUscc(packed) {
  if (packed.length !== 11) return null;
  let number = bigEndian(packed);
  let uscc = "";
  for (let place = 0; place < 18; place += 1) {
    uscc = CREDIT_ALPHABET[Number(number % 31n)] + uscc;
    number /= 31n;
  }
  return checksFit(uscc) ? uscc : null;
}

/**
 * @param {string} uscc
 * @returns {boolean}
 */
function checksFit(uscc) {
  if (!/^[0-9]{6}$/.test(uscc.slice(2, 8))) return false;
  return uscc[16] === organisationCheck(uscc.slice(8, 16)) && uscc[17] === creditCheck(uscc.slice(0, 17));
}

/**
 * GB 11714-1997: the letters count from A = 10 without a gap, 10 is written X and 11 as 0.
 * @param {string} organisation
 * @returns {string}
 */
function organisationCheck(organisation) {
  const total = ORGANISATION_WEIGHTS.reduce(
    (sum, weight, at) => sum + weight * Number.parseInt(organisation[at], 36),
    0,
  );
  return "0123456789X0"[11 - (total % 11)];
}

/**
 * GB 32100-2015, section 4.6: weights are the powers of 3 modulo 31.
 * @param {string} first
 * @returns {string}
 */
function creditCheck(first) {
  let weight = 1;
  let total = 0;
  for (const character of first) {
    total += CREDIT_ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return CREDIT_ALPHABET[(31 - (total % 31)) % 31];
}

/**
 * The code number of a code id of 10 bytes: 16 characters in fours and a check (ISO/IEC 7064, hybrid Mod 33,32).
 * @param {Bytes} codeId
 * @returns {string}
 */
export function codeNumber(codeId) {
  const bits = bigEndian(codeId);
  let characters = "";
  for (let shift = 75n; shift >= 0n; shift -= 5n) characters += CROCKFORD[Number((bits >> shift) & 31n)];
  return `${characters.match(/.{4}/g).join("-")}-${codeNumberCheck(characters)}`;
}

/**
 * The check character of the 16 characters before it; null if one of them is not of the alphabet.
 * @param {string} characters
 * @returns {string | null}
 */
export function codeNumberCheck(characters) {
  let check = 32;
  for (const character of characters) {
    const value = CROCKFORD.indexOf(character);
    if (value < 0) return null;
    check = (((check + value) % 32 || 32) * 2) % 33;
  }
  return CROCKFORD[(33 - check) % 32];
}
