// @ts-check
// The state of the kept lists, and of fetching them, in words.

/** @import { Keeping, Reading } from "../device/types.d.ts" */
/** @import { HeldLists, KeptList } from "../lists/types.d.ts" */
/** @import { Both, Content } from "../ui/types.d.ts" */

import { TERMS } from "../ui/terms.js";
import { minute, t } from "../ui/words.js";
import { ageSince } from "./ages.js";

/**
 * When a list was fetched, or why it does not count.
 * @param {KeptList | undefined} row
 * @param {object | null} list
 * @param {Reading} time
 * @returns {Content[]}
 */
export function listAge(row, list, { now, wrong }) {
  if (!row) return [t(...TERMS.progress.none)];
  const fetched = new Date(row.fetchedAt);
  const unusable = list ? "" : t("，已不能使用", ", no longer usable");
  if (wrong?.atLeast) return [t(`${minute(fetched)} 取得`, `fetched ${minute(fetched)}`), unusable];
  return [
    t(`${minute(fetched)} 取得（`, `fetched ${minute(fetched)}, `),
    ageSince(fetched, now),
    t("）", ""),
    unusable,
  ];
}

/**
 * Whether the page itself is here.
 * @param {Keeping | null} keeping
 * @returns {string}
 */
export function copyWords(keeping) {
  if (keeping === "kept") return t("已存入本机", "stored on this device");
  return keeping === null ? t("正在存入…", "being stored…") : t("未能存入", "not stored");
}

/**
 * How long the lists stay here by themselves.
 * @param {boolean} lasting
 * @returns {string}
 */
export function lastingWords(lasting) {
  if (lasting) return t("浏览器会一直保留，直到清除。", "The browser keeps them until they are cleared.");
  return t(
    "这个浏览器没有答应长期保留：有的手机七天不打开本页就会删除名单。请在出门前联网打开一次，或把本页添加到主屏幕。",
    "This browser does not promise to keep them. Some phones delete them after seven days without a visit to this page. Open it with a network before you set out, or add it to the home screen.",
  );
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

/**
 * What is to be known before anything is checked, gravest first.
 * @param {HeldLists} lists
 * @param {Keeping | null} keeping
 * @param {string | null} clock
 * @returns {string[]}
 */
export function noticeWords(lists, keeping, clock) {
  const said = [];
  if (lists.rootChanged)
    said.push(
      t(
        "网站给出的根公钥与本机首次访问时不同。仍按首次的核验；若主管部门公告更换了根公钥，请清除后重新联网。",
        "This site’s root public key is different from the one at your first visit. The first one is still used. If the authority has announced a new root key, clear the stored lists and go online again.",
      ),
    );
  if (clock) said.push(clock);
  if (!lists.trustList)
    said.push(
      t(
        "本机还没有名单，不能离线核验。请先联网打开一次本页。",
        "This device has no lists yet, so it cannot verify offline. Open this page once with a network.",
      ),
    );
  if (keeping !== null && keeping !== "kept")
    said.push(
      t(
        "本页未能存入这台设备，断网后不能再次打开。",
        "This page could not be saved on this device. It will not open again without a network.",
      ),
    );
  return said;
}
