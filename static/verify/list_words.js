// @ts-check
// The state of the kept lists, and of fetching them, in words.

/** @import { KeptList } from "./types.d.ts" */
/** @import { Both } from "../ui/types.d.ts" */

import { TERMS } from "../ui/terms.js";
import { age, minute, t } from "../ui/words.js";

/**
 * When a list was fetched, or why it does not count.
 * @param {KeptList | undefined} row
 * @param {object | null} list
 * @param {Date} now
 * @returns {string}
 */
export function listAge(row, list, now) {
  if (!row) return t(...TERMS.progress.none);
  const fetched = new Date(row.fetchedAt);
  const words = t(
    `${minute(fetched)} 取得（${age(now.getTime() - fetched.getTime())}）`,
    `fetched ${minute(fetched)}, ${age(now.getTime() - fetched.getTime())}`,
  );
  return list ? words : words + t("，已不能使用", ", no longer usable");
}

/**
 * Two servers may sign a moment apart: that the other one's list is the older says nothing against either.
 * @type {Both}
 */
const OLDER = [
  "本机的名单比取得的更新，继续使用。",
  "The lists on this device are newer than those downloaded and stay in use.",
];
/** @type {Record<string, Both>} */
const PROBLEMS = {
  offline: ["没有网络，按本机保存的名单核验。", "There is no network. The lists on this device are used."],
  status_list_older: OLDER,
  trust_list_older: OLDER,
  allow_list_older: OLDER,
  unreachable: [
    "网站没有给出名单，按本机保存的核验。",
    "The site did not provide any lists. The lists on this device are used.",
  ],
};

/**
 * What became of a refresh. The last word is with the lists that are in use, never with those that were refused.
 * @param {string[]} problems
 * @returns {string}
 */
export function problemWords(problems) {
  if (!problems.length) return t("名单已是最新。", "The lists are up to date.");
  const [zh, en] = PROBLEMS[problems[0]] ?? [
    `取得的名单未被采用（${problems.join("、")}），仍用本机保存的。`,
    `A downloaded list was not accepted (${problems.join(", ")}). The lists on this device are used.`,
  ];
  return t(zh, en);
}
