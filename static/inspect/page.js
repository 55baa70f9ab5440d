// @ts-check
// Inspections on the phone: which view is shown, and what each may do.
//   #                                   the list
//   #begin/<code number>/<version>      after a scan
//   #<id of a visit>/<step>             a visit

/** @import { ListContext, View } from "./types.d.ts" */
/** @import { Keeping, VisitContext } from "./steps/types.d.ts" */
/** @import { Step, Visit } from "./visit/types.d.ts" */
/** @import { Both } from "../ui/types.d.ts" */

import { keepPages, lookForNewer } from "../device/installed.js";
import { askLasting, isLasting } from "../device/lasting.js";
import { asTimePasses } from "../device/passing.js";
import { heldPack, heldVisit as heldPlace } from "../pack/held.js";
import { both, byId, element } from "../ui/elements.js";
import { linkButton, notice } from "../ui/fields.js";
import { rememberLanguage } from "../ui/language.js";
import { TERMS } from "../ui/terms.js";
import { t } from "../ui/words.js";
import { dropSent, everything, heldVisit, keepVisit, owner } from "./device/kept.js";
import { exclusiveLock } from "./device/lock.js";
import { fetchKey } from "./device/send.js";
import { inWords, OpenVisit } from "./open_visit.js";
import { sayAgain, send, startSending } from "./sending.js";
import { checkStep } from "./steps/check.js";
import { photosStep } from "./steps/photos.js";
import { placeStep } from "./steps/place.js";
import { resultStep } from "./steps/result.js";
import { reviewStep } from "./steps/review.js";
import { signStep } from "./steps/sign.js";
import { beginView } from "./view_begin.js";
import { listView } from "./view_list.js";
import { begin } from "./visit/visit.js";
import { placeWords } from "./visit/words.js";

/** @type {[Step, Both, (context: VisitContext) => HTMLElement[] | Promise<HTMLElement[]>][]} */
const STEPS = [
  ["place", [...TERMS.field.premises], placeStep],
  ["check", ["检查表", "Checklist"], checkStep],
  ["photos", [...TERMS.inspection.photos], photosStep],
  ["result", [...TERMS.inspection.outcome], resultStep],
  ["sign", ["签字", "Signature"], signStep],
  ["review", ["核对并完成", "Check and finish"], reviewStep],
];
const SITE = document.title.split(" · ").at(-1); // before it stands the name of the view
/** @type {Map<string, OpenVisit>} */
const unkept = new Map(); // visits that were left before their newest state could be kept, by id
/** @type {OpenVisit | null} */
let open = null; // the visit that this page has open
let beginning = false; // a visit was begun and is about to be shown
let drawing = Promise.resolve(); // one view is drawn after the other, the newest last

/** @param {string} words */
function say(words) {
  byId("notices").replaceChildren(...(words ? [notice(words)] : []));
}

/** @type {Record<Keeping, Both>} */
const KEEPING = {
  kept: ["已保存在本机", "Saved on this device"],
  saving: ["正在保存…", "Saving…"],
  unkept: ["还没有保存，请不要关闭本页", "Not saved yet: do not close this page"],
};

/** @param {Keeping} keeping */
function tellKept(keeping) {
  const line = byId("kept");
  if (line) line.textContent = t(...KEEPING[keeping]);
}

/**
 * As it is kept now: since the list was drawn it may have been sent after all.
 * @param {string} id
 * @returns {Promise<boolean>}
 */
async function reopenedAsDraft(id) {
  const visit = await heldVisit(id);
  if (visit?.state !== "finished") return false;
  await keepVisit({ ...visit, state: "draft", problem: null });
  return true;
}

/** @type {ListContext} */
const list = {
  lasting: true, // whether the browser promised to keep what is here until it is told otherwise
  begin: async (place, how, task) => {
    if (beginning) return;
    beginning = true;
    askLasting(); // not waited for: some browsers ask the person
    const { pack } = await heldPack(new Date());
    if (!pack) return route();
    const visit = begin(pack, place, how, task, { id: crypto.randomUUID(), owner: owner(), now: new Date() });
    try {
      await keepVisit(visit);
      location.hash = `${visit.id}/place`;
    } catch {
      beginning = false;
      say(
        t(
          "不能保存在这台设备上，检查没有开始。",
          "Nothing can be saved on this device, so the inspection was not started.",
        ),
      );
    }
  },
  send,
  reopen: async ({ id }) => {
    const reopened = await exclusiveLock(id, () => reopenedAsDraft(id));
    if (reopened) location.hash = `${id}/review`;
    else if (reopened === null)
      say(
        t("这次检查正在发送，或在另一个窗口中打开着。", "This inspection is being sent, or is open in another window."),
      );
    else await route();
  },
  forgetSent: async () => {
    await dropSent();
    await route();
  },
};

/**
 * @param {Visit} visit
 * @param {string} here
 * @returns {HTMLElement}
 */
function stepLinks(visit, here) {
  const links = STEPS.map(([step, [zh, en]], n) => {
    const link = element("a", "", `${n + 1} ${t(zh, en)}`);
    link.href = `#${visit.id}/${step}`;
    if (step === here) link.setAttribute("aria-current", "step");
    return element("li", "", link);
  });
  const nav = element("nav", "visit-steps", element("ol", "", ...links));
  nav.setAttribute("aria-label", t("检查步骤", "Inspection steps"));
  return nav;
}

/**
 * @param {Visit} visit
 * @param {string} here
 * @returns {HTMLElement}
 */
function onward(visit, here) {
  const at = STEPS.findIndex(([step]) => step === here);
  const ends = [element("a", "", ...both("回到列表", "Back to the list"))];
  ends[0].href = "#";
  if (at + 1 === STEPS.length) return element("p", "tools", ...ends);
  const [step, [zh, en]] = STEPS[at + 1];
  return element("p", "tools", linkButton(both(`下一步：${zh}`, `Next: ${en}`), `#${visit.id}/${step}`, ""), ...ends);
}

/**
 * @param {OpenVisit} visit
 * @returns {HTMLElement}
 */
function keptLine({ keeping }) {
  const line = element("p", "quiet", t(...KEEPING[keeping]));
  line.id = "kept";
  return line;
}

/** Let go of the visit that is open. One whose newest state cannot be kept stays in this page until it can. */
async function leave() {
  if (open) unkept.set(open.visit.id, open);
  open = null;
  for (const [id, left] of unkept) {
    if (!(await left.settled())) continue;
    unkept.delete(id);
    left.release();
  }
}

/**
 * @param {string} id
 * @param {string} here
 * @returns {Promise<View | null>}
 */
async function visitView(id, here) {
  const [step, title, draw] = STEPS.find(([name]) => name === here) ?? STEPS[0];
  if (open?.visit.id !== id) {
    await leave();
    open = unkept.get(id) ?? (await OpenVisit.of(id, { say, redraw: route, told: tellKept }));
    unkept.delete(id);
  }
  if (open === null)
    return {
      title: [...TERMS.inspection.inspection],
      parts: [notice(t("这次检查在另一个窗口中打开着。", "This inspection is open in another window."))],
    };
  if (!open) {
    location.hash = "";
    return null;
  }
  const { visit } = open;
  const parts = [
    element("p", "where", ...placeWords(visit)),
    stepLinks(visit, step),
    keptLine(open),
    ...(await draw(open)),
    onward(visit, step),
  ];
  return { title, parts };
}

/**
 * @param {string} hash
 * @returns {Promise<View>}
 */
async function overview(hash) {
  await leave();
  list.lasting = await isLasting();
  const held = await heldPack(new Date());
  const kept = await everything();
  const [, codeNumber, version] = /^begin\/([^/]{1,40})\/(\d{1,9})$/.exec(hash) ?? [];
  if (!codeNumber) return { title: [...TERMS.inspection.inspections], parts: listView(list, held, kept) };
  const { here } = await heldPlace(new Date());
  return {
    title: [...TERMS.inspection.start],
    parts: beginView(list, held, kept, { codeNumber, codeVersion: Number(version) }, here),
  };
}

// What had the focus keeps it through a redrawing: the same control at the same place.
function focused() {
  const all = () => {
    /** @type {NodeListOf<HTMLElement>} */
    const found = byId("view").querySelectorAll("a,button,input,select,textarea,summary");
    return [...found];
  };
  const at = all().indexOf(/** @type {HTMLElement} */ (document.activeElement));
  return () => all()[at]?.focus({ preventScroll: true });
}

/**
 * @param {string} hash
 * @returns {Promise<void>}
 */
async function draw(hash) {
  const [, id, step] = /^([0-9a-f-]{36})\/(\w+)$/.exec(hash) ?? [];
  const view = await (id ? visitView(id, step) : overview(hash));
  if (!view) return;
  const refocus = focused();
  byId("title").replaceChildren(...both(...view.title));
  document.title = `${t(...view.title)} · ${SITE}`;
  byId("view").replaceChildren(...view.parts);
  refocus();
  sayAgain();
}

async function drawHere() {
  try {
    await draw(decodeURIComponent(location.hash.slice(1)));
  } catch (error) {
    say(
      t(
        `这个浏览器不能在设备上保存内容（例如无痕窗口）：${error.message}`,
        `This browser cannot save anything on the device (for example in a private window): ${error.message}`,
      ),
    );
  } finally {
    beginning = false;
  }
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".language-switch"))) {
    link.hash = location.hash;
  }
}

/** Draw the view of this address, after what is being drawn. */
function route() {
  drawing = drawing.then(drawHere);
  return drawing;
}

async function moved() {
  say("");
  await route();
  scrollTo(0, 0);
  byId("title").focus({ preventScroll: true });
  if (!open) await send({ quietly: true });
}

async function install() {
  if ((await keepPages()) === "kept") return;
  say(
    t(
      "本页未能存入这台设备，断网后不能再次打开。",
      "This page could not be saved on this device. It will not open again without a network.",
    ),
  );
}

/** Seen again after a while: a newer version is looked for, and what the list says of times is said anew. */
async function cameBack() {
  lookForNewer();
  const typing = [...byId("view").querySelectorAll("input")].some(({ value }) => value);
  if (!open && !beginning && !typing) await route();
}

async function start() {
  byId("unscripted").hidden = true;
  rememberLanguage();
  addEventListener("hashchange", moved);
  addEventListener("unhandledrejection", ({ reason }) => say(inWords(reason)));
  addEventListener("beforeunload", (event) => (unkept.size || open?.keeping === "unkept") && event.preventDefault());
  // What the browser kept of this page in its memory is of whoever was signed in then.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  await route();
  const kept = await everything();
  const closed = owner() === null || kept.locked;
  if (closed && navigator.onLine && (await fetchKey()) === "here") await route();
  await startSending(() => (open ? null : route()));
  await install();
  asTimePasses({ minute: () => {}, back: cameBack });
  document.body.dataset.ready = "yes";
}

start();
