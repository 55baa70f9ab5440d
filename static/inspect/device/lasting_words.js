// @ts-check
// What it means for inspections where the browser promises nothing (docs/using/inspecting-on-the-phone.md).

import { t } from "../../ui/words.js";

/** What to say where the promise was not given. */
export const notLastingWords = () =>
  t(
    "这个浏览器没有答应长期保存：空间不足时它可能自行清除，没发送的检查也会丢失。请当天发送；把核验页添加到主屏幕可以减少这种情况。",
    "This browser does not guarantee long-term storage. It may clear data when space is low, and unsent inspections would be lost. Send them the same day. Adding the verify page to your home screen makes this less likely.",
  );
