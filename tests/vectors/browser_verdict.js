// @ts-check
// What the browser's verifier says of a vector, in the words of the corpus: the counterpart of python_verdict.py.

/** @import { Claims, Refused, Status } from "../../static/verifier/types.d.ts" */
/** @typedef {typeof import("../../static/verifier/verifier.js")} Verifier */

/** @type {(hex: string) => Uint8Array<ArrayBuffer>} */
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
/** @type {(day: number | null) => string | null} */
const iso = (day) => (day === null ? null : new Date(day * 86_400_000).toISOString().slice(0, 10));

/**
 * `code` and `facts` of the refusal, or `claims`, `host`, `kid` and, with a status list, `status`.
 * @param {Verifier} verifier
 * @param {any} content the vector
 */
export async function verdict(verifier, content) {
  try {
    return await judged(verifier, content);
  } catch (refusal) {
    if (!refusal.code) throw refusal; // a fault of the verifier's own
    return said(refusal);
  }
}

/**
 * @param {Verifier} verifier
 * @param {any} content
 */
async function judged(verifier, content) {
  const now = new Date(content.now);
  const root = bytes(content.root_key);
  const trustList = await verifier.readTrustList(bytes(content.trust_list), root, {
    atLeast: content.trust_list_at_least,
  });
  const atLeast = content.status_list_at_least;
  const statusList =
    content.status_list === undefined
      ? null
      : await verifier.readStatusList(bytes(content.status_list), trustList, { now, atLeast });
  const allowList =
    content.allow_list === undefined
      ? null
      : await verifier.readAllowList(bytes(content.allow_list), root, { atLeast: content.allow_list_at_least });
  const found = await verifier.verify(content.text, {
    trustList,
    now,
    statusList,
    vocabulary: content.vocabulary,
    allowList,
  });
  if (found.ok === false) return said(found);
  const { claims, host, kid, status } = found;
  return { claims: claimsOf(claims), host, kid, ...(status && { status: statusOf(status) }) };
}

/** @param {Refused} refusal */
function said({ code, facts }) {
  return { code, facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)])) };
}

/** @param {Claims} claims */
function claimsOf(claims) {
  return {
    code_number: claims.codeNumber,
    version: claims.version,
    issued_on: iso(claims.issuedOn),
    uscc: claims.uscc,
    name: claims.name,
    digest: claims.digest,
    status_index: claims.statusIndex,
    permits: claims.permits.map(({ permitType, number, validFrom, validTo }) => ({
      permit_type: permitType,
      number: typeof number === "string" ? number : [number.template, number.year, number.serial],
      valid_from: iso(validFrom),
      valid_to: iso(validTo),
    })),
    permit_count: claims.permitCount,
  };
}

/** @param {Status} status */
function statusOf({ print, permits, stale, unknown, because }) {
  return { print, permits, stale, unknown, because: because?.code ?? null };
}
