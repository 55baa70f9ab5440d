// @ts-check
// What was shown or pasted and is no code of ours: called what it is, calmly. It is never opened.

/** @import { Pasted } from "../reading/types.d.ts" */
/** @import { Both, Content } from "../ui/types.d.ts" */

import { schemeOf } from "../reading/pasted.js";
import { element } from "../ui/elements.js";
import { TERMS } from "../ui/terms.js";
import { t } from "../ui/words.js";
import { cannotTell } from "./result.js";

/** @type {Record<string, Both>} */
const NAMES = {
  payment: TERMS.shown.payment,
  wifi: TERMS.shown.wifi,
  contact: TERMS.shown.contact,
  health: TERMS.shown.health,
  credit_code: TERMS.field.credit_code,
  web: TERMS.shown.web,
};
const MOST_OF_HOST = 60; // characters
/** @type {Both} */
const ANYTHING = ["其他二维码", "Other code"];

/**
 * What to call it in a line: the kind, and of an address the host.
 * @param {Pasted} what
 * @returns {string}
 */
export function nameOf({ kind, host }) {
  const [zh, en] = NAMES[kind] ?? ANYTHING;
  return host ? t(`${zh}（${shortened(host)}）`, `${en} (${shortened(host)})`) : t(zh, en);
}

/**
 * The end of a long host, which says whose it is.
 * @param {string} host
 * @returns {string}
 */
const shortened = (host) => (host.length > MOST_OF_HOST ? `…${host.slice(-MOST_OF_HOST)}` : host);

/**
 * How the links of codes begin: on the host of this page, where it is one of them, as on a local network.
 * @param {string[]} hosts
 * @returns {string}
 */
function beginningOf(hosts) {
  const host = hosts.includes(location.host) ? location.host : (hosts[0] ?? "…");
  return `${schemeOf(host)}://${host}/c/`;
}

/**
 * Something pasted or typed that is neither link nor number.
 * @param {Pasted} what
 * @param {string[]} hosts
 * @returns {Content[]}
 */
export function pastedNotOurs(what, hosts) {
  const link = beginningOf(hosts);
  const detail = t(
    `请粘贴二维码的链接（以 ${link} 开头），或输入二维码下方的 17 位编号，并检查是否复制完整。`,
    `Paste the link of a code, which begins with ${link}, or enter the 17 characters below it. Check that you copied all of it.`,
  );
  if (what.kind === "mistyped") {
    const again = t("请照二维码下方的编号再核对一遍。", "Compare it with the number below the QR code.");
    return cannotTell("编号输错了一位", "One character of the number is wrong", again);
  }
  return said(what, hosts, detail, ["这不是亮证二维码", "This is not a licence code"]);
}

/**
 * A symbol that a camera or a file showed.
 * @param {Pasted} what
 * @param {string[]} hosts
 * @returns {Content[]}
 */
export function symbolNotOurs(what, hosts) {
  const detail = t(
    "请扫描亮证牌上的二维码。亮证牌上如果只有这个码，可能有人贴了假码：请勿打开或付款，并向监管部门反映。",
    "Scan the QR code on the display card. If this is the only code on the card, someone may have put a fake one over it: do not open it or pay, and report it.",
  );
  return said(what, hosts, detail, ["不是亮证二维码", "Not a licence code"]);
}

/**
 * @param {Pasted} what
 * @param {string[]} hosts
 * @param {string} detail
 * @param {Both} plainly
 * @returns {Content[]}
 */
function said({ kind, host }, hosts, detail, plainly) {
  if (hosts.includes(host))
    return cannotTell("这是本服务的网页，|不是亮证二维码", "A page of this service, not a licence code", detail);
  const [zh, en] = NAMES[kind] ?? [];
  const headline = zh ? [`这是${zh}，|不是亮证二维码`, `${en}, not a licence code`] : plainly;
  const parts = cannotTell(headline[0], headline[1], detail);
  if (host) parts.push(element("p", "", t("网址指向：", "It leads to: "), element("b", "host", shortened(host))));
  return parts;
}
