// @ts-check
// Whether this device has all that works without a network: the pages with their readers, the signed lists, and the pack.

/** @import { Keeping } from "../device/types.d.ts" */
/** @import { HeldLists } from "../lists/types.d.ts" */

import { clockWords } from "../device/clock_words.js";
import { arePagesKept, keepPages } from "../device/installed.js";
import { held, timeOf } from "../lists/lists.js";
import { refresh } from "../lists/refresh.js";
import { minute, t } from "../ui/words.js";

/**
 * Have the pages kept and the lists fetched, both at once. Nothing is thrown: `alongWords` says what is there afterwards.
 * @param {string} root
 * @returns {Promise<Keeping>}
 */
export async function takePagesAndLists(root) {
  const [keeping] = await Promise.all([keepPages(), held(root).then(refresh)]);
  return keeping;
}

/**
 * @param {boolean} pages
 * @param {HeldLists} lists
 * @param {Keeping | null} keeping
 * @returns {string[]}
 */
function missing(pages, { trustList, statusList }, keeping) {
  const found = [];
  if (!pages)
    found.push(
      keeping === "not allowed"
        ? t("核验和检查页面（这个浏览器不允许存入）", "verify and inspection pages (this browser does not store them)")
        : t("核验和检查页面", "verify and inspection pages"),
    );
  if (!trustList) found.push(t("签发密钥名单", "trust list"));
  if (!statusList) found.push(t("状态名单", "status list"));
  return found;
}

/**
 * Whether all is here, in words, and what is to be said of the clock. `keeping` is what became of the pages just now.
 * @param {string} root
 * @param {Keeping | null} keeping
 * @returns {Promise<{ ready: boolean; words: string; clock: string | null }>}
 */
export async function alongWords(root, keeping) {
  const [pages, lists] = await Promise.all([arePagesKept(), held(root)]);
  const clock = clockWords(timeOf(lists));
  const lacking = missing(pages, lists, keeping);
  if (!lacking.length) {
    const asOf = minute(new Date(lists.statusList.issuedAt * 1000));
    const words = t(
      `已备好：没有网络也能核验和检查。状态名单截至 ${asOf}。`,
      `Ready: you can verify and inspect without a network. Status list as of ${asOf}.`,
    );
    return { ready: true, words, clock };
  }
  const words = t(
    `还没有备好，断网后用不了。缺少：${lacking.join("、")}。请在有网络时再按一次“下载随身包”。`,
    `Not ready yet for use without a network. Missing: ${lacking.join(", ")}. Download the pack again while you have a network.`,
  );
  return { ready: false, words, clock };
}
