// @ts-check
// Refusals that say more of the device's clock than of the code: its signature holds, so it is not called false for them.

/** @import { Reading } from "../device/types.d.ts" */
/** @import { Content } from "../ui/types.d.ts" */
/** @import { Refused } from "../verifier/types.d.ts" */

import { day, dayWords, t } from "../ui/words.js";
import { shanghaiDay } from "../verifier/refusal.js";
import { cannotTell } from "./result.js";

/**
 * What to show in place of a refusal that the time decides, where that time is only what this device's clock says; null for any
 * other refusal.
 * @param {Refused} refused
 * @param {Reading} time
 * @returns {Content[] | null}
 */
export function byTheClock({ code, facts }, time) {
  const today = day(shanghaiDay(time.now));
  if (code === "claims_issued_in_future" && !time.compared)
    return setTheClock(
      t(
        `签名属实，签发于 ${dayWords(String(facts.issued_on))}，而本机日期是 ${today}：本机时钟慢了。请校正时钟，再核验一次。`,
        `The signature is valid and of ${dayWords(String(facts.issued_on))}, but this device’s date is ${today}: its clock is slow. Set the clock and check again.`,
      ),
    );
  if (code === "key_verify_ended" && shanghaiDay(time.proved) <= dayNumber(String(facts.verify_until)))
    return setTheClock(
      t(
        `签名属实，但按本机日期（${today}）签发密钥已过核验期限。请核对本机日期；日期无误的，请联网更新名单。`,
        `The signature is valid, but by this device’s date, ${today}, its key is no longer accepted. Check the date of this device. If it is right, go online to update the lists.`,
      ),
    );
  return null;
}

/**
 * @param {string} date
 * @returns {number}
 */
const dayNumber = (date) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;

/**
 * @param {string} detail
 * @returns {Content[]}
 */
const setTheClock = (detail) => cannotTell("请先校正本机时钟", "Set this device’s clock first", detail);
