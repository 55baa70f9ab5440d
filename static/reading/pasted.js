// @ts-check
// What a person pastes or types, reduced to a link or a number, as licence_qr/domain/publishing/pasted.py does. The result
// is then verified as strictly as a scanned symbol; what a camera reads is not reduced. Both programs are tested with
// tests/vectors/pasted.json. Pure.

/** @import { Pasted } from "./types.d.ts" */

import { codeNumberCheck } from "../verifier/identifiers.js";

const FEWEST_DIGITS = 100; // a token is longer than its signature; fewer digits are a telephone number or the like
const MOST_CHARACTERS = 100_000; // a longer text is not looked through
const LONGEST_HOST = 253; // characters (RFC 1123, 2.1); what is longer leads nowhere, and takes long to put into ASCII
const MOST_RUNS = 20; // lines of a link that was broken by a mail program

// A host may hold any letters, so that one which only looks like ours is seen as what it is; the rest is ASCII.
const LINK = /(https?):\/\/([^ /\\?#<>"'`,;!(){}|^、“”‘’《》〈〉【】「」]*)([!#-;=?-_a-z~]*)/gi;
const WITHOUT_SCHEME = /(?:^:?|[^0-9a-z@.:/\\_-])([a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?)(?=\/c\/)/i;
const UNBROKEN = /[!-~]+/g; // characters of an address
const INSIDE_ADDRESS = /[/?#]/; // what follows one of these belongs to the address before it
const CODE_PATH = /^\/c\//i;
const NUMBER_PATH = /^\/p\/([0-9A-Za-z-]+)/;
const RUNS = /^ ?([0-9]+(?: [0-9]+)*)([A-Za-z_]?)/;
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?$/;
const MANY_DIGITS = new RegExp(`[0-9](?: ?[0-9]){${FEWEST_DIGITS - 1},}`, "g");
const CREDIT_CODE = /^[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}$/;
const DOMAIN = /^((?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]{1,5})?)(?:[/?#][^ ]*)?$/i;
const DASH = /[\p{Pd}\u2212]/gu;
const SPACE = /[\t\n\v\f\r\p{Z}]/gu;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const NUMBER = /^[0-9A-Z]{17}$/;
const LETTERS = /^[A-Z]*$/i;
const GROUPED = "4,4,4,4,1"; // as a number is printed

// In this order; the first that fits names the text.
/** @type {[Pasted["kind"], RegExp][]} */
const OTHERS = [
  // "000201…" is of the EMV QR Code Specification, merchant-presented; the last two are what WeChat and Alipay show of a payer.
  ["payment", /^(?:wxp:|weixin:\/\/wxpay|alipays?:|alipayqr:|upwallet:)/i],
  ["payment", /^https?:\/\/(?:qr\.alipay\.com|wx\.tenpay\.com|payapp\.weixin\.qq\.com|qr\.95516\.com)(?:[/?]|$)/i],
  ["payment", /^000201.*6304[0-9A-F]{4}$|^1[0-5][0-9]{16}$|^(?:2[5-9]|30)[0-9]{14,22}$/i],
  ["wifi", /^wifi:/i],
  ["contact", /^(?:begin:vcard|mecard:|bizcard:)/i],
  ["health", /健康码|health[-_ ]?code|jiankangma/i],
];

const SOFT_BREAK = /=\r?\n/g; // a mail as it was sent (RFC 2045, 6.7)

/** @typedef {{ scheme: string; host: string; rest: string; after: string }} Link `after`: what follows the path of a code */

/**
 * What `text` is, with its link or number. `hosts` are those of this service, with their ports.
 * @param {string} text
 * @param {string[]} hosts
 * @returns {Pasted}
 */
export function reduced(text, hosts) {
  if (text.length > MOST_CHARACTERS) return none("text");
  const plain = folded(text);
  if (!plain) return none("empty");
  return ofThisService(plain, hosts) ?? ofThisService(plain.replaceAll(" ", ""), hosts) ?? another(plain);
}

/**
 * `text` in normal width without invisible characters, each white space one space, and 。 as a point.
 * @param {string} text
 * @returns {string}
 */
function folded(text) {
  const seen = text.replace(SOFT_BREAK, "").normalize("NFKC").replace(SPACE, " ").replace(UNSEEN, "");
  return seen.replace(/ +/g, " ").trim().replaceAll("。", ".");
}

/**
 * @param {Pasted["kind"]} kind
 * @param {string} [host]
 * @returns {Pasted}
 */
const none = (kind, host = "") => ({ kind, texts: [], host, others: [] });

/**
 * The first of `found`, and beside it those of which no reading is one of an earlier; null of none.
 * @param {Pasted["kind"]} kind
 * @param {string[][]} found readings of each
 * @returns {Pasted | null}
 */
function eachOnce(kind, found) {
  const known = new Set();
  const different = found.filter((readings) => {
    const seen = readings.some((reading) => known.has(reading));
    for (const reading of readings) known.add(reading);
    return !seen;
  });
  const [texts, ...others] = different;
  return texts ? { kind, texts, host: "", others } : null;
}

/**
 * The links of codes of this service, or the numbers of links to the register.
 * @param {string} text
 * @param {string[]} hosts
 * @returns {Pasted | null}
 */
function ofThisService(text, hosts) {
  const ours = [...links(text), ...linksWithoutScheme(text)].filter(({ host }) => hosts.includes(host));
  const codes = ours.filter(({ rest }) => CODE_PATH.test(rest));
  if (codes.length) return eachOnce("code", [...codes.map(readings), ...copied(text, hosts)]);
  const addressed = ours.map(({ rest }) => NUMBER_PATH.exec(rest)).filter(Boolean);
  const numbers = addressed.map(([, part]) => numberIn(part)).filter(Boolean);
  const alike = numbers.filter(({ kind }) => kind === numbers[0].kind);
  return eachOnce(
    numbers[0]?.kind,
    alike.map(({ texts }) => texts),
  );
}

/**
 * @param {string} text
 * @returns {Pasted}
 */
function another(text) {
  const codes = copied(text, []);
  if (codes.length) return eachOnce("code", codes);
  for (const [kind, pattern] of OTHERS) if (pattern.test(text)) return none(kind);
  const beside = text.replace(LINK, "\n");
  const digits = beside.replace(UNBROKEN, (run) => (run.includes("/") ? "\n" : run)).match(MANY_DIGITS);
  if (digits)
    return eachOnce(
      "code",
      digits.map((each) => [each.replaceAll(" ", "")]),
    );
  const number = numberIn(beside);
  if (number) return number;
  if (CREDIT_CODE.test(compact(text))) return none("credit_code");
  const [link] = links(text);
  if (link) return none("web", link.host.replace(/\.+$/, ""));
  const domain = DOMAIN.exec(text);
  return domain ? none("web", domain[1].toLowerCase()) : none("text");
}

/**
 * The readings of codes behind other hosts than those.
 * @param {string} text
 * @param {string[]} hosts
 * @returns {string[][]}
 */
function copied(text, hosts) {
  const dotted = linksWithoutScheme(text).filter(({ host }) => host.includes("."));
  const found = [...links(text), ...dotted].filter(({ rest, after }) => CODE_PATH.test(rest) && RUNS.test(after));
  return found.filter(({ host }) => !hosts.includes(host)).map(readings);
}

/**
 * @param {string} text
 * @returns {Link[]}
 */
function links(text) {
  return Array.from(text.matchAll(LINK), (found) => {
    const [whole, scheme, authority, rest] = found;
    const usual = scheme.toLowerCase() === "https" ? /:443$/ : /:80$/;
    const host = ascii(authority.slice(authority.lastIndexOf("@") + 1).toLowerCase()).replace(usual, "");
    const path = found.index + whole.length - rest.length;
    return { scheme: scheme.toLowerCase(), host, rest, after: text.slice(path + "/c/".length) };
  });
}

/**
 * Hosts before the path of a code; not the end of a host that begins behind a scheme, in letters that are no ASCII.
 * @param {string} text
 * @returns {Link[]}
 */
function linksWithoutScheme(text) {
  const withScheme = new Set(links(text).map(({ after }) => after.length));
  return Array.from(text.matchAll(UNBROKEN)).flatMap((run) => {
    const found = WITHOUT_SCHEME.exec(run[0]);
    if (!found) return [];
    const end = found.index + found[0].length;
    if (INSIDE_ADDRESS.test(run[0].slice(0, end - found[1].length))) return [];
    const rest = text.slice(run.index + end);
    if (withScheme.has(rest.length - "/c/".length)) return [];
    return [{ scheme: "http", host: found[1].toLowerCase(), rest, after: rest.slice("/c/".length) }];
  });
}

/**
 * @param {string} host
 * @returns {string}
 */
function ascii(host) {
  if (/^[ -~]*$/.test(host) || host.length > LONGEST_HOST) return host;
  try {
    return new URL(`https://${host}`).host;
  } catch {
    return host;
  }
}

/**
 * The scheme of links of codes on a host: http on this machine alone.
 * @param {string} host
 * @returns {"http" | "https"}
 */
export const schemeOf = (host) => (LOOPBACK.test(host) ? "http" : "https");

/**
 * The texts that a broken link may have been: its first line, its first two lines, and so on.
 * @param {Link} link
 * @returns {string[]}
 */
function readings({ scheme, host, after }) {
  const start = `${LOOPBACK.test(host) ? scheme : "https"}://${host}/c/`;
  const found = RUNS.exec(after);
  if (!found) return [start + after.split(/[ ?#]/)[0]];
  const runs = found[1].split(" ");
  if (found[2]) {
    // A letter within the last one: a changed digit, or another word.
    if (runs.length === 1) return [start + after.trimStart().split(/[ ?#]/)[0]];
    runs.pop();
  }
  const lengths = runs.length <= MOST_RUNS ? runs.map((_, n) => n + 1) : [1, runs.length];
  return lengths.map((length) => start + runs.slice(0, length).join(""));
}

/**
 * @param {string} text
 * @returns {string}
 */
const compact = (text) => text.replaceAll(" ", "").replace(DASH, "").toUpperCase();

/**
 * The code numbers in a text: alone, between other characters, or printed in fours among words.
 * @param {string} text
 * @returns {Pasted | null}
 */
function numberIn(text) {
  const whole = compact(text);
  if (NUMBER.test(whole) && !LETTERS.test(whole)) {
    const number = checked(whole);
    return number ? eachOnce("number", [[number]]) : { kind: "mistyped", texts: [whole], host: "", others: [] };
  }
  const found = text
    .replace(DASH, " ")
    .split(/[^0-9A-Za-z ]+/)
    .flatMap((part) => {
      const words = part.split(" ").filter(Boolean);
      const possible = [words.join(""), ...pieces(words)].filter(
        (piece) => piece.length === 17 && !LETTERS.test(piece),
      );
      return possible.map((piece) => checked(piece.toUpperCase())).filter(Boolean);
    });
  return eachOnce(
    "number",
    found.map((number) => [number]),
  );
}

/**
 * @param {string[]} words
 * @returns {string[]}
 */
function pieces(words) {
  return words.flatMap((word, at) => {
    const group = words.slice(at, at + 5);
    return String(group.map(({ length }) => length)) === GROUPED ? [word, group.join("")] : [word];
  });
}

/**
 * The number, with O read as 0 and I and L as 1, if its check character matches.
 * @param {string} typed
 * @returns {string | null}
 */
function checked(typed) {
  const number = typed.replaceAll("O", "0").replace(/[IL]/g, "1");
  return codeNumberCheck(number.slice(0, 16)) === number[16] ? number : null;
}
