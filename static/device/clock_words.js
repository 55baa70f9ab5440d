// @ts-check
// A clock that is wrong, in words: by how much, and what to do.

/** @import { Reading } from "./types.d.ts" */

import { minute, span, t } from "../ui/words.js";

/**
 * What to say of the device's clock; null where nothing is known against it.
 * @param {Reading} time
 * @returns {string | null}
 */
export function clockWords({ wrong }) {
  if (!wrong) return null;
  const here = minute(new Date());
  const by = span(Math.abs(wrong.by));
  if (wrong.atLeast)
    return t(
      `本机时钟至少慢 ${by}（本机显示 ${here}）：本机保存的名单签发得更晚。请校正时钟，或联网。`,
      `This device’s clock is at least ${by} slow. It shows ${here}, but the lists stored here were signed later. Set the clock or go online.`,
    );
  const [zh, en] = wrong.by > 0 ? ["慢", "slow"] : ["快", "fast"];
  return t(
    `本机时钟约${zh} ${by}（本机显示 ${here}），核验时已按网站的时间修正。请校正时钟。`,
    `This device’s clock is about ${by} ${en}. It shows ${here}. Codes are checked by the site’s time instead. Set the clock.`,
  );
}
