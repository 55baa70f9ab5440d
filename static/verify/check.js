// @ts-check
// One text from a symbol, a link or a keyboard: judged with what the device holds, and turned into what is shown.

/** @import { Found } from "./types.d.ts" */
/** @import { Reading } from "../device/types.d.ts" */
/** @import { HeldLists } from "../lists/types.d.ts" */
/** @import { Content } from "../ui/types.d.ts" */
/** @import { Claims, Refused, Status, Vocabulary } from "../verifier/types.d.ts" */

import { timeOf } from "../lists/lists.js";
import { reduced } from "../reading/pasted.js";
import { t } from "../ui/words.js";
import { describe, statusOf, verify } from "../verifier/verifier.js";
import { byTheClock } from "./by_the_clock.js";
import { besideTheScan } from "./pack_panel.js";
import { cannotTell, foreignHost, genuine, onlyNumber, refused, refusedBefore } from "./result.js";

/**
 * Which reading of a pasted code is the code: the first that is genuine, else the longest, which is the last.
 * @param {string[]} readings
 * @param {HeldLists} lists
 * @returns {Promise<string>}
 */
export async function genuineOf(readings, lists) {
  for (const text of readings.slice(0, -1)) if (await claimsOf(text, lists)) return text;
  return readings.at(-1);
}

/**
 * What a code says; null for what is not genuine.
 * @param {string} text
 * @param {HeldLists} lists
 * @returns {Promise<Claims | null>}
 */
export async function claimsOf(text, lists) {
  const { trustList, allowList, vocabulary } = lists;
  const found = trustList && (await verify(text, { trustList, allowList, vocabulary, now: timeOf(lists).now }));
  return found?.ok ? found.claims : null;
}

/**
 * What was found of `text`; `again` when newer lists came for what is on the screen, `afterRefusal` where the code before it was
 * refused. The network is not asked.
 * @param {string} text
 * @param {HeldLists} lists
 * @param {Reading} time
 * @param {{ again?: boolean; afterRefusal?: boolean }} [how]
 * @returns {Promise<Found>}
 */
export async function judge(text, lists, time, { again = false, afterRefusal = false } = {}) {
  const { kind, texts } = reduced(text, []);
  if (kind === "number") return { kind, parts: onlyTheRegisterKnows(texts[0], afterRefusal) };
  if (!lists.trustList) return other(cannotTell("本机还不能核验", "This device cannot verify yet", noList(lists)));
  const { trustList, allowList, vocabulary } = lists;
  const found = await verify(text, { trustList, allowList, vocabulary, now: time.now });
  if (found.ok === false) {
    const clock = byTheClock(found, time);
    return clock ? other(clock) : { kind: "refused", parts: notVerified(text, found, lists.vocabulary) };
  }
  const state = stateOf(found.claims, lists, time);
  const live = navigator.onLine ? `/c/${text.slice(text.lastIndexOf("/") + 1)}` : null;
  const described = describe(found.claims, lists.vocabulary);
  const { before, after, held } = await besideTheScan(described, new Date(), again); // the pack is kept by the device's clock
  const [said, who, ...rest] = genuine(described, state, { time, live, held });
  return other([...before, said, who, ...after, ...rest]);
}

/** @type {(parts: Content[]) => Found} */
const other = (parts) => ({ kind: "other", parts });

/**
 * @param {HeldLists} lists
 * @returns {string}
 */
function noList(lists) {
  if (!lists.trustProblem) return t("请先联网打开一次本页。", "Open this page once with a network.");
  return t(`签发密钥名单不可用（${lists.trustProblem}）。`, `The trust list cannot be used (${lists.trustProblem}).`);
}

/**
 * @param {string} number
 * @param {boolean} afterRefusal
 * @returns {Content[]}
 */
function onlyTheRegisterKnows(number, afterRefusal) {
  const detail = navigator.onLine
    ? t(
        "编号没有签名，本机不能核验；登记库只能说明这家店的情况。",
        "It has no signature, so this device cannot verify it. The register can only tell about the business.",
      )
    : t(
        "编号没有签名，要有网络才能查询。请扫描二维码。",
        "A number has no signature and can only be looked up online. Scan the QR code instead.",
      );
  const asked = `/p/${number}${afterRefusal ? "?after=refused" : ""}`;
  const parts = onlyNumber(detail, navigator.onLine ? asked : null);
  return afterRefusal ? [refusedBefore(), ...parts] : parts;
}

/**
 * @param {string} text
 * @param {Refused} refused
 * @param {Vocabulary | undefined} vocabulary
 * @returns {Content[]}
 */
function notVerified(text, { code, facts }, vocabulary) {
  const host = code === "symbol_not_address" ? foreignHost(text) : null;
  if (host) return refused("host_unknown", { host }, vocabulary);
  return refused(code, facts ?? {}, vocabulary);
}

/**
 * A list that was refused on reading (expired, another key) is none: unknown, but with the time it spoke for. One whose age
 * cannot be told is not up to date.
 * @param {Claims} claims
 * @param {HeldLists} lists
 * @param {Reading} time
 * @returns {Status}
 */
function stateOf(claims, lists, { now, wrong }) {
  if (lists.statusList) {
    const state = statusOf(claims, lists.statusList, now);
    return wrong?.atLeast ? { ...state, stale: true } : state;
  }
  const asOf = lists.status?.issuedAt ? new Date(lists.status.issuedAt * 1000) : null;
  return { print: "unknown", permits: [], asOf, stale: true, unknown: true, because: null };
}
