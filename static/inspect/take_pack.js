// @ts-check
// The inspector's page: what this device holds, taking along all that works without a network, and leaving the pack behind.

/** @import { Keeping } from "../device/types.d.ts" */
/** @import { Bytes } from "../pack/types.d.ts" */

import { askLasting, isLasting } from "../device/lasting.js";
import { heldPack, keepPack, Older } from "../pack/held.js";
import { Unavailable, wipe } from "../pack/rows.js";
import { packWords, problemWords } from "../pack/words.js";
import { byId, element } from "../ui/elements.js";
import { t } from "../ui/words.js";
import { alongWords, takePagesAndLists } from "./along.js";
import { countUnsent } from "./device/kept.js";
import { notLastingWords } from "./device/lasting_words.js";

const ROOT = byId("along").dataset.root;
const PATIENCE = 120_000; // a megabyte over a slow line; a site that never answers is given up

/** @type {Keeping | null} */
let keeping = null; // what became of keeping the pages; null before it was tried

async function showAlong() {
  const { ready, words, clock } = await alongWords(ROOT, keeping);
  byId("ready").textContent = words;
  byId("ready").className = ready ? "notice-line" : "callout";
  byId("ready").hidden = false;
  byId("clock").textContent = clock ?? "";
  byId("clock").hidden = !clock;
}

async function showLasting() {
  const { pack } = await heldPack(new Date());
  byId("not-lasting").hidden = !pack || (await isLasting());
  byId("not-lasting").textContent = notLastingWords();
}

async function showState() {
  const { pack, problem } = await heldPack(new Date());
  byId("pack-state").textContent = pack ? packWords(pack) : problemWords(problem);
  if (pack) await showAlong();
  else byId("ready").hidden = true;
  byId("leave-behind").hidden = !pack;
  byId("take").disabled = false;
  await showLasting();
  const unsent = await countUnsent();
  byId("unsent-here").hidden = !unsent;
  byId("unsent-count").textContent = t(
    `这台设备上有 ${unsent} 次检查还没有送达。`,
    `${unsent} inspections on this device have not been delivered.`,
  );
}

/** Why no pack was taken along, in words. */
class NotTaken extends Error {}

const offline = () =>
  Promise.reject(new NotTaken(t("没有网络，没有取得新的。", "There is no network. No new pack was downloaded.")));

/** @returns {Promise<Bytes>} */
async function fetched() {
  // "manual": where a session is over, the answer leads to the sign-in page, which is no pack.
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch("/inspect/pack", { cache: "no-store", redirect: "manual", signal }).catch(offline);
  if (answer.type === "opaqueredirect")
    throw new NotTaken(t("登录已经结束，请重新登录。", "Your session has ended. Sign in again."));
  if (!answer.ok)
    throw new NotTaken(
      t(
        `服务器没有给出（${answer.status}），请稍后再试。`,
        `The server did not provide the pack (${answer.status}). Try again later.`,
      ),
    );
  return new Uint8Array(await answer.arrayBuffer().catch(offline)); // an answer that broke off is none
}

/**
 * @param {Error} error
 * @returns {string}
 */
function sentence(error) {
  if (error instanceof NotTaken) return error.message;
  if (error instanceof Older)
    return t(
      "取得的随身包比本机的旧，没有采用；本机的继续使用。",
      "The pack that was downloaded is older than the one on this device, which stays in use.",
    );
  if (error instanceof Unavailable)
    return t(
      "浏览器没有收下密钥，没有保存。请允许本站使用 cookie，再取一次。",
      "The browser did not accept the key, so nothing was saved. Allow cookies for this site and try again.",
    );
  if (error.name === "QuotaExceededError")
    return t("这台设备没有足够的空间。", "This device does not have enough space.");
  return t(
    "取得的内容读不了，没有保存，请稍后再试。",
    "The download could not be read and was not saved. Try again later.",
  );
}

/**
 * Fetch the pack and keep it. Resolves to why that came to nothing, in words, or null.
 * @returns {Promise<string | null>}
 */
async function takePack() {
  try {
    await keepPack(await fetched(), new Date());
    return null;
  } catch (error) {
    return sentence(error);
  }
}

byId("take").addEventListener("click", async () => {
  byId("take").disabled = true;
  byId("ready").hidden = true;
  const asked = askLasting(); // at the press, and not waited for: some browsers ask the person
  byId("pack-state").textContent = t("正在下载…", "Downloading…");
  const [notTaken, kept] = await Promise.all([takePack(), takePagesAndLists(ROOT)]);
  keeping = kept;
  await showState();
  if (notTaken) byId("pack-state").prepend(notTaken, element("br")); // before what is held all the same
  asked.then(showLasting);
});

byId("leave-behind").addEventListener("click", async () => {
  await wipe();
  await showState();
  byId("take").focus();
});

showState().catch(() => {
  byId("pack-state").textContent = t(
    "这个浏览器不能在设备上保存内容（例如无痕窗口）。",
    "This browser cannot save anything on the device (for example in a private window).",
  );
});
