// @ts-check
// The strict verifier of docs/verifying/code-format.md, section 6, for browsers: the same steps in the same order and the same codes
// as licence_qr.credential. It says whether an authority signed a code; whether it is still in force, the status list says.

/** @import { Claims, TrustedKey, Verdict, VerifyOptions } from "./types.d.ts" */

import { allows } from "./allow_list.js";
import { decodeClaims } from "./claims.js";
import { CODE_AAD, checkSignature, checkSignatureNumbers, split } from "./cose.js";
import { checkWords } from "./description.js";
import { fromDigits, parseAddress } from "./digits.js";
import { hex, isoDay, Refusal, shanghaiDay } from "./refusal.js";
import { statusOf } from "./status_list.js";
import { findKey } from "./trust_list.js";

export { readAllowList } from "./allow_list.js";
export { describe } from "./description.js";
export { readStatusList, statusOf } from "./status_list.js";
export { readTrustList } from "./trust_list.js";

const MAX_SIGNED_BYTES = 300;
// A clock may be wrong by its time zone; by more than a day it is the clock that has to be mended, not the rule.
const CLOCK_TOLERANCE_DAYS = 1;

/**
 * Verify the text of a symbol: an address, or its digits alone. Resolves to {ok: true, claims, host, kid}, host null for
 * digits alone, or to {ok: false, code, facts}. `trustList` is of `readTrustList`; `now` is a Date. With `vocabulary`, permit
 * types and number templates must be registered there. With `statusList`, what `statusOf` says is added as `status`. Of a
 * compromised key only what `allowList` names is accepted. It never rejects because of what the text says.
 * @param {string} text
 * @param {VerifyOptions} options
 * @returns {Promise<Verdict>}
 */
export async function verify(text, { trustList, now, statusList = null, vocabulary = null, allowList = null }) {
  try {
    const found = await verified(String(text), { trustList, now, vocabulary, allowList });
    return { ok: true, ...found, ...(statusList && { status: statusOf(found.claims, statusList, now) }) };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { ok: false, code: refusal.code, facts: refusal.facts };
  }
}

/**
 * @param {string} text
 * @param {VerifyOptions} options
 * @returns {Promise<{ claims: Claims; host: string | null; kid: string }>}
 */
async function verified(text, { trustList, now, vocabulary, allowList }) {
  // Step 1: the text.
  const { host, digits } = parseAddress(text);
  // Step 2: the host, for an address: a copied code on a foreign site is refused.
  if (host !== null && !trustList.hosts.includes(host)) throw new Refusal("host_unknown", { host });
  const token = fromDigits(digits);
  // Step 3: the envelope, byte by byte.
  if (token.length > MAX_SIGNED_BYTES) {
    throw new Refusal("envelope_too_large", { length: token.length, limit: MAX_SIGNED_BYTES });
  }
  const parts = split(token);
  // Step 4: the two numbers of the signature, in range and in their one form.
  checkSignatureNumbers(parts.signature);
  // Step 5: the key, by id and purpose.
  const kid = hex(parts.kid);
  const key = findKey(trustList, kid, "licence");
  // Step 6: the signature.
  await checkSignature(parts, CODE_AAD, key.publicKey);
  // Steps 7 and 8: the payload's bytes, then its values.
  const claims = decodeClaims(parts.payload);
  // Step 9: whether that key was allowed to sign this, and may still be believed.
  if (key.state === "compromised" && !(await allows(allowList, kid, token)))
    throw new Refusal("key_compromised", { kid });
  checkKeyAllowed(key, claims.issuedOn, shanghaiDay(now));
  // Step 10: the words for it, where they are at hand.
  if (vocabulary) checkWords(claims, vocabulary);
  return { claims, host, kid };
}

/**
 * @param {TrustedKey} key
 * @param {number} issuedOn
 * @param {number} today
 */
function checkKeyAllowed(key, issuedOn, today) {
  const { kid, notBefore, signUntil, verifyUntil } = key;
  const issued_on = isoDay(issuedOn);
  if (issuedOn < notBefore) throw new Refusal("key_too_early", { kid, issued_on, not_before: isoDay(notBefore) });
  if (issuedOn > signUntil) throw new Refusal("key_too_late", { kid, issued_on, sign_until: isoDay(signUntil) });
  if (today > verifyUntil) throw new Refusal("key_verify_ended", { kid, verify_until: isoDay(verifyUntil) });
  if (issuedOn > today + CLOCK_TOLERANCE_DAYS) {
    throw new Refusal("claims_issued_in_future", { issued_on, today: isoDay(today) });
  }
}
