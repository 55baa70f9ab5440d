// @ts-check
// The pack in words.

/** @import { KeptPack, PackProblem } from "./types.d.ts" */
/** @import { Both, Headline } from "../ui/types.d.ts" */

import { STATES } from "../ui/states.js";
import { minute, t } from "../ui/words.js";

/**
 * What is held, of whom, as of when, and until when.
 * @param {KeptPack} pack
 * @returns {string}
 */
export function packWords(pack) {
  const { office, asOf, expires } = pack; // both by the server's clock, whatever this device's says
  const count = pack.byUscc.size;
  return t(
    `${office.zh}，${count} 家企业，登记信息截至 ${minute(asOf)}，${minute(expires)} 失效。`,
    `${office.en}: ${count} businesses as of ${minute(asOf)}, expires ${minute(expires)}.`,
  );
}

/** @type {Record<PackProblem, Both>} */
const PROBLEMS = {
  none: ["没有随身包。", "There is no pack."],
  expired: [
    "随身包已过期，内容已删除。请联网后重新下载。",
    "The pack has expired and been deleted. Go online and download it again.",
  ],
  clock: [
    "这台设备的时钟被拨回到取得随身包之前，随身包暂不可用。请校正时钟。",
    "This device’s clock was set back to before the pack was downloaded, so the pack cannot be used. Correct the clock.",
  ],
  unreadable: [
    "随身包打不开，内容已删除。请联网后重新下载。",
    "The pack cannot be opened and has been deleted. Go online and download it again.",
  ],
};

/**
 * Why there is no pack, and what to do.
 * @param {PackProblem} problem
 * @returns {string}
 */
export function problemWords(problem) {
  return t(...(PROBLEMS[problem] ?? PROBLEMS.unreadable));
}

/**
 * The status of a permit when the pack was taken.
 * @param {string} status
 * @returns {string}
 */
export function statusWords(status) {
  const [zh, en] = STATES.status[status] ?? STATES.status.unknown;
  return t(zh, en);
}

/**
 * The headline over a genuine code that hangs in another business's premises.
 * @type {Headline}
 */
export const WRONG_PREMISES = {
  tone: "bad",
  zh: "不是这里的亮证牌",
  en: "This card does not belong to these premises",
};
