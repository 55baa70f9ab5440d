// @ts-check
// What a pack says, and what follows from where the inspector stands. Pure: bytes and instants in, facts out.

/** @import { Both, Business, Bytes, Pack, PackPermit, PackWarning, Place, Scanned, Sighting } from "./types.d.ts" */

const FORMAT = 1;
const HOUR = 60 * 60 * 1000;
const KEPT = 24 * HOUR;
const MOST_FOUND = 8;

/**
 * @param {any[]} row
 * @param {Record<string, Both>} types
 * @returns {PackPermit}
 */
function permitOf([type, number, items, premisesNo, status, validTo, checkedOn, kinds], types) {
  const [zh, en] = types[type] ?? [type, type];
  return { type: { zh, en }, typeId: type, number, items, premisesNo, status, validTo, checkedOn, kinds: kinds ?? [] };
}

/**
 * @param {any[]} row
 * @param {Record<string, Both>} types
 * @returns {Business}
 */
function businessOf([codeNumber, uscc, name, places, permits], types) {
  return {
    codeNumber,
    uscc,
    name,
    premises: places.map((/** @type {[number, string]} */ [no, address]) => ({ no, address })),
    permits: permits.map((/** @type {any[]} */ permit) => permitOf(permit, types)),
  };
}

/**
 * A pack as the server sends it: gzip over JSON (docs/using/inspectors-pack.md). Throws when it is none of format 1.
 * @param {Bytes} bytes
 * @returns {Promise<Pack>}
 */
export async function readPack(bytes) {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const told = JSON.parse(await new Response(plain).text());
  if (told.format !== FORMAT) throw new Error("pack format");
  /** @type {Business[]} */
  const businesses = told.businesses.map((/** @type {any[]} */ row) => businessOf(row, told.permit_types));
  return {
    asOf: new Date(told.as_of),
    expires: new Date(told.expires),
    office: { zh: told.office[0], en: told.office[1] },
    kit: told.inspection ?? null, // what inspections need of it (docs/contributing/inspection-records.md)
    byUscc: new Map(businesses.map((business) => [business.uscc, business])),
  };
}

/**
 * A place's name for the log: credit code and number of the premises.
 * @param {string} uscc
 * @param {number} no
 * @returns {string}
 */
export const placeOf = (uscc, no) => `${uscc}/${no}`;

/**
 * {business, premises} of such a name; undefined when the pack does not hold it.
 * @param {Pack} pack
 * @param {string} name
 * @returns {Place | undefined}
 */
export function placeNamed(pack, name) {
  const [uscc, no] = name.split("/");
  const business = pack.byUscc.get(uscc);
  const premises = business?.premises.find((each) => String(each.no) === no);
  return premises && { business, premises };
}

/**
 * Letters of any width and case are the same; spaces do not count.
 * @param {string} text
 * @returns {string}
 */
const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "");

/**
 * Premises whose name, address or credit code contains every word of `text`: {found, more}; at most eight are given.
 * @param {Pack} pack
 * @param {string} text
 * @returns {{ found: Place[]; more: number }}
 */
export function search(pack, text) {
  const words = text.split(/\s+/).map(folded).filter(Boolean);
  /** @type {Place[]} */
  const found = [];
  let more = 0;
  if (!words.length) return { found, more };
  for (const business of pack.byUscc.values()) {
    for (const premises of business.premises) {
      const said = folded(`${business.name}${premises.address}${business.uscc}`);
      if (!words.every((word) => said.includes(word))) continue;
      if (found.length < MOST_FOUND) found.push({ business, premises });
      else more += 1;
    }
  }
  return { found, more };
}

/**
 * Scans of the last day, with this one: one entry for a code and a place, with the newest time.
 * @param {Sighting[]} seen
 * @param {string} code
 * @param {string} place
 * @param {Date} now
 * @returns {Sighting[]}
 */
export function noted(seen, code, place, now) {
  const at = now.getTime();
  const others = seen.filter((entry) => at - entry.at < KEPT && !(entry.code === code && entry.place === place));
  return [...others, { code, place, at }];
}

/**
 * The newest scan of this code at another place within the last hour, or undefined.
 * @param {Sighting[]} seen
 * @param {string} code
 * @param {string} place
 * @param {Date} now
 * @returns {Sighting | undefined}
 */
export function seenElsewhere(seen, code, place, now) {
  const at = now.getTime();
  const within = seen.filter((e) => e.code === code && e.place !== place && e.at <= at && at - e.at < HOUR);
  return within.sort((a, b) => b.at - a.at)[0];
}

/**
 * What a genuine code means here: {business, warnings}. `here` is the name of the chosen place, or null. A warning is
 * {kind: "wrong_premises"}, {kind: "seen_elsewhere", at, place, own} or {kind: "no_permit_here"}; `own` says that both
 * places are premises of the code's business, where each may rightly have a print.
 * @param {Pack} pack
 * @param {string | null} here
 * @param {Sighting[]} seen
 * @param {Scanned} scanned
 * @param {Date} now
 * @returns {{ business: Business | undefined; warnings: PackWarning[] }}
 */
export function compare(pack, here, seen, scanned, now) {
  const business = pack.byUscc.get(scanned.uscc);
  /** @type {PackWarning[]} */
  const warnings = [];
  if (here === null) return { business, warnings };
  /** @type {(place: string) => boolean} */
  const own = (place) => place.split("/")[0] === scanned.uscc;
  if (!own(here)) warnings.push({ kind: "wrong_premises" });
  else if (business?.permits.length && !business.permits.some((p) => placeOf(scanned.uscc, p.premisesNo) === here)) {
    warnings.push({ kind: "no_permit_here" });
  }
  const earlier = seenElsewhere(seen, scanned.codeNumber, here, now);
  if (earlier)
    warnings.push({
      kind: "seen_elsewhere",
      at: new Date(earlier.at),
      place: earlier.place,
      own: own(here) && own(earlier.place),
    });
  return { business, warnings };
}
