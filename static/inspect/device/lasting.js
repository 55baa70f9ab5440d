// @ts-check
// Whether the browser promised to keep what is here until it is told otherwise. Where it did not, it may clear up by
// itself when it lacks room, and an inspection that was not sent is then gone (docs/using/inspecting-on-the-phone.md).

import { t } from "../../ui/words.js";

/**
 * Ask for the promise, at a press: some browsers ask the person. Resolves to whether it was given.
 * @returns {Promise<boolean>}
 */
export async function askLasting() {
  try {
    return Boolean(await navigator.storage?.persist?.());
  } catch {
    return false;
  }
}

/**
 * Whether the promise was given.
 * @returns {Promise<boolean>}
 */
export async function isLasting() {
  try {
    return Boolean(await navigator.storage?.persisted?.());
  } catch {
    return false;
  }
}

/** What to say where it was not given. */
export const notLastingWords = () =>
  t(
    "这个浏览器没有答应长期保存：空间不足时它可能自行清除，没发送的检查也会丢失。请当天发送；把核验页添加到主屏幕可以减少这种情况。",
    "This browser does not guarantee long-term storage. It may clear data when space is low, and unsent inspections would be lost. Send them the same day. Adding the verify page to your home screen makes this less likely.",
  );
