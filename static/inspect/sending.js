// @ts-check
// When waiting visits are sent and receipts asked for again, and what is said of it: on request, when the page opens, when
// the network comes back, and every minute while something waits.

/** @import { SendOutcome, SendStep } from "./device/types.d.ts" */
/** @import { Content } from "../ui/types.d.ts" */

import { t } from "../ui/words.js";
import { refreshReceipts } from "./device/receipts.js";
import { sendAll } from "./device/send.js";
import { signIn } from "./view_list.js";

const MINUTE = 60_000;
/** @type {Content[]} */
let said = [];
/** @type {() => unknown} */
let changed = () => {};

/** @param {...Content} content */
function show(...content) {
  said = content;
  document.getElementById("sending")?.replaceChildren(...said);
}

/** Put what was said last into a view that was drawn anew. */
export const sayAgain = () => show(...said);

/**
 * @param {SendStep} step
 * @returns {string}
 */
function stepWords({ visit, number, of, photo, photos }) {
  const part = photo ? t(`照片 ${photo}/${photos}`, `photo ${photo} of ${photos}`) : t("检查记录", "inspection record");
  return t(
    `正在发送 ${number}/${of}：${visit.business.name}，${part}`,
    `Sending ${number} of ${of}: ${visit.business.name}, ${part}`,
  );
}

/**
 * @param {SendOutcome} outcome
 * @returns {Content[]}
 */
function endWords({ sent, left, problem }) {
  const done = sent ? t(`已送达 ${sent} 次检查。`, `${sent} delivered. `) : "";
  if (!problem) return [done || t("没有待发送的检查。", "There are no inspections to send.")];
  // Without a network the sentence itself says that all of them stay.
  const rest = left && problem.code !== "offline" ? t(`${left} 次留在本机：`, `${left} still on this device: `) : "";
  const words = [done, rest, problem.what, t("", " "), problem.todo];
  return problem.code === "sign_in_needed" ? [...words, signIn()] : words;
}

/**
 * Send what waits, and say how it goes; then see which second officers have answered. `quietly`, nothing is said when nothing waits.
 * @param {{ quietly?: boolean }} [how]
 * @returns {Promise<void>}
 */
export async function send({ quietly = false } = {}) {
  let outcome;
  try {
    outcome = await sendAll((step) => show(stepWords(step)), { again: !quietly });
  } catch (error) {
    outcome = {
      sent: 0,
      left: 0,
      problem: {
        code: "failed",
        what: t("发送失败，没有送达的留在本机：", "Sending failed. Inspections not delivered stay on this device: "),
        todo: error.message,
      },
    };
  }
  if (outcome === null) {
    if (!quietly) show(t("已经在发送，请稍候。", "Sending is already in progress. Please wait."));
    return;
  }
  const nothing = !outcome.sent && !outcome.left && !outcome.problem;
  const news = await refreshReceipts();
  if (quietly && nothing && !news) return;
  if (!quietly || !nothing) said = endWords(outcome);
  await changed();
  sayAgain();
}

/**
 * Begin to send by itself. `redraw` is called when something was sent or noted.
 * @param {() => unknown} redraw
 * @returns {Promise<void>}
 */
export function startSending(redraw) {
  changed = redraw;
  addEventListener("online", () => send({ quietly: true }));
  setInterval(() => !document.hidden && navigator.onLine && send({ quietly: true }), MINUTE);
  return send({ quietly: true });
}
