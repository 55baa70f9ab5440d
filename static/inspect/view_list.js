// @ts-check
// The first view: beginning a visit, what waits to be done, what is unfinished, what waits to be sent, what was sent.

/** @import { ListContext } from "./types.d.ts" */
/** @import { KeptVisits } from "./device/types.d.ts" */
/** @import { Delivered, Identified, Task, Visit } from "./visit/types.d.ts" */
/** @import { HeldPack, KeptPack, Place } from "../pack/types.d.ts" */
/** @import { Content } from "../ui/types.d.ts" */

import { packWords, problemWords } from "../pack/words.js";
import { both, element, hanzi } from "../ui/elements.js";
import { behind, button, labelled, linkButton, notice, said, text } from "../ui/fields.js";
import { TERMS } from "../ui/terms.js";
import { dayWords, t } from "../ui/words.js";
import { notLastingWords } from "./device/lasting_words.js";
import { isUnconfirmed } from "./device/receipts.js";
import { REFUSED_TEXT } from "./device/send.js";
import { found, placeOfTask } from "./visit/places.js";
import { tasksOf } from "./visit/visit.js";
import { momentWords, placeWords, purposeWords, scoreWords, stateWords } from "./visit/words.js";

const MOST_TASKS = 20;

/**
 * @param {ListContext} context
 * @param {Place} place
 * @param {Identified} how
 * @param {Task | null} task
 * @param {Content[]} [more]
 * @returns {HTMLElement}
 */
function placeButton(context, place, how, task, more = []) {
  const content = [hanzi(place.business.name), element("br"), hanzi(place.premises.address), ...more];
  return element(
    "li",
    "",
    button(content, () => context.begin(place, how, task), "quiet-button wide"),
  );
}

/**
 * @param {ListContext} context
 * @param {KeptPack} pack
 * @returns {HTMLElement}
 */
function search(context, pack) {
  const results = element("ul", "places");
  const told = element("p", "quiet");
  told.setAttribute("role", "status");
  const control = text("", () => {}, { type: "search" });
  const form = element(
    "form",
    "lookup",
    labelled(control, both("名称、地址、信用代码或亮证牌编号", "Name, address, credit code or code number")),
    element("button", "button", ...both(...TERMS.act.search)),
    results,
    told,
  );
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { places, more, link } = found(pack, control.value);
    results.replaceChildren(...places.map(({ place, how }) => placeButton(context, place, how, null)));
    const nothing = link
      ? t("这是二维码的链接，请到核验页核验。", "This is the link of a code. Verify it on the verify page.")
      : t("随身包里没有。", "Not in the pack.");
    const none = control.value.trim() && !places.length ? nothing : "";
    told.textContent = more
      ? t(`另有 ${more} 处，请多输入几个字。`, `${more} more. Enter a few more characters.`)
      : none;
  });
  return form;
}

/**
 * @param {ListContext} context
 * @param {KeptPack} pack
 * @returns {HTMLElement[]}
 */
function taskList(context, pack) {
  const tasks = tasksOf(pack.kit)
    .map((task) => ({ task, place: placeOfTask(pack, task) }))
    .filter(({ place }) => place);
  if (!tasks.length) return [];
  /** @type {Identified} */
  const how = { readBy: "list", codeNumber: "", codeVersion: null };
  const lines = tasks
    .slice(0, MOST_TASKS)
    .map(({ task, place }) =>
      placeButton(context, place, how, task, [
        element("br"),
        t(
          `${purposeWords(task.purpose)}，${dayWords(task.due)}前`,
          `${purposeWords(task.purpose)}, due ${dayWords(task.due)}`,
        ),
      ]),
    );
  const rest = tasks.length - lines.length;
  const more =
    rest > 0
      ? [
          element(
            "p",
            "quiet",
            t(
              `另有 ${rest} 项期限更晚，见窗口的工作清单。`,
              `${rest} more with later due dates: see the task list at the desk.`,
            ),
          ),
        ]
      : [];
  return [
    element(
      "section",
      "",
      element("h2", "", ...both("待办的检查", "Inspections to carry out")),
      element("ul", "places", ...lines),
      ...more,
    ),
  ];
}

/**
 * @param {ListContext} context
 * @param {HeldPack} held
 * @returns {HTMLElement}
 */
function beginning(context, { pack, problem }) {
  const heading = element("h2", "", ...both(...TERMS.inspection.start));
  if (!pack) {
    const none =
      problem === "none"
        ? t(
            "本机还没有随身包，不能开始检查。第一次使用要先联网、登录并下载随身包。",
            "There is no offline inspection pack on this device, so you cannot start an inspection. The first time, go online, sign in and download the pack.",
          )
        : problemWords(problem);
    return element(
      "section",
      "",
      heading,
      notice(none),
      element("p", "tools", linkButton(both("下载随身包", "Download the pack"), `/inspect/?lang=${t("zh", "en")}`, "")),
    );
  }
  if (!pack.kit)
    return element(
      "section",
      "",
      heading,
      notice(t("随身包里没有检查表，请联网重新下载。", "The pack has no checklists. Go online and download it again.")),
    );
  const scan = linkButton(both("扫码开始", "Scan to start"), "/verify", "");
  return element(
    "section",
    "",
    heading,
    element("p", "quiet", packWords(pack)),
    element("p", "tools", scan),
    search(context, pack),
  );
}

/**
 * @param {Visit | Delivered} visit
 * @param {...Content} more
 * @returns {HTMLElement}
 */
function entry(visit, ...more) {
  return element("li", "card plain", element("h3", "", ...placeWords(visit)), ...more);
}

/**
 * @param {Visit} visit
 * @returns {HTMLElement}
 */
function draft(visit) {
  const going = linkButton(both("继续", "Continue"), `#${visit.id}/check`);
  return entry(
    visit,
    element("p", "quiet", t("开始时间：", "Started: "), momentWords(visit.startedAt)),
    element("p", "tools", going),
  );
}

/**
 * @param {ListContext} context
 * @param {Visit} visit
 * @param {number | undefined} hours
 * @returns {HTMLElement}
 */
function waiting(context, visit, hours) {
  const { problem } = visit;
  /** @type {HTMLElement[]} */
  const parts = [element("p", "quiet", t("完成于 ", "Finished "), momentWords(visit.finishedAt))];
  if (visit.second) parts.push(element("p", "quiet", laterWords(hours)));
  if (problem) parts.push(notice(element("b", "", problem.what), t("", " "), problem.todo));
  if (REFUSED_TEXT.includes(problem?.code)) {
    const again = button(t("重新打开修改", "Reopen and correct"), () => context.reopen(visit));
    parts.push(element("p", "tools", again));
  }
  return entry(visit, ...parts);
}

/**
 * Where the second officer confirms, and until when: here while there is a network, or on the own device.
 * @param {Delivered} visit
 * @returns {HTMLElement[]}
 */
function beside({ id, hash, receipt }) {
  const words = both("第二名检查人员在此确认", "Second officer confirms here");
  const here = linkButton(words, `/desk/inspections/beside/${id}/${hash}?lang=${t("zh", "en")}`);
  return [element("p", "tools", here), element("p", "quiet", untilWords(receipt.confirm_until))];
}

/**
 * @param {string | null | undefined} until
 * @returns {string}
 */
function untilWords(until) {
  if (!until) return laterWords(undefined);
  const moment = momentWords(until);
  return t(
    `第二名检查人员须在 ${moment} 前在此或在自己的设备上确认；确认以前不计入。`,
    `The second officer has until ${moment} to confirm, here or on their own device. Until then it does not count.`,
  );
}

/**
 * @param {number | undefined} hours
 * @returns {string}
 */
function laterWords(hours) {
  return hours
    ? t(
        `送达后 ${hours} 小时内，由第二名检查人员确认；确认以前不计入。`,
        `The second officer has ${hours} hours after it is delivered to confirm. Until then it does not count.`,
      )
    : t(
        "由第二名检查人员按期确认；确认以前不计入。",
        "The second officer has to confirm in time. Until then it does not count.",
      );
}

/**
 * @param {Delivered} visit
 * @returns {HTMLElement}
 */
function arrived(visit) {
  const { receipt } = visit;
  const flags = receipt.flags.map(({ text: words }) => element("li", "", said(words)));
  /** @type {HTMLElement[]} */
  const parts = [
    element("p", "", t("已送达 ", "Delivered "), momentWords(receipt.received_at)),
    element("p", "", element("b", "", stateWords(receipt.state))),
  ];
  if (flags.length) parts.push(element("ul", "flags", ...flags));
  if (isUnconfirmed(visit)) parts.push(...beside(visit));
  const refused = receipt.photos_refused.length;
  if (refused)
    parts.push(
      notice(
        t(
          `有 ${refused} 张照片服务器读不了，没有收下。`,
          `The server could not read ${refused} photos and did not accept them.`,
        ),
      ),
    );
  if (receipt.order)
    parts.push(element("p", "", t(`整改通知编号：${receipt.order}`, `Rectification order no. ${receipt.order}`)));
  parts.push(
    element(
      "p",
      "quiet",
      scoreWords({ ...receipt, gradeWords: receipt.grade_words ?? [receipt.grade, receipt.grade] }),
    ),
  );
  return entry(visit, ...parts);
}

/**
 * @param {ListContext} context
 * @param {HeldPack} held
 * @param {Visit[]} visits
 * @returns {HTMLElement}
 */
function queue(context, { pack }, visits) {
  const told = element("p");
  told.id = "sending";
  told.setAttribute("role", "status");
  const send = button(both("现在发送", "Send now"), () => context.send(), "");
  const heading = element("h2", "", ...both(`待发送（${visits.length}）`, `To be sent (${visits.length})`));
  if (!visits.length) return told;
  const list = element(
    "ul",
    "places",
    ...visits.map((visit) => waiting(context, visit, pack?.kit?.second_officer_hours)),
  );
  return element("section", "", heading, told, element("p", "tools", send), list);
}

/**
 * @param {Content[]} heading
 * @param {HTMLElement[]} entries
 * @param {...HTMLElement} more
 * @returns {HTMLElement[]}
 */
function section(heading, entries, ...more) {
  return entries.length
    ? [element("section", "", element("h2", "", ...heading), element("ul", "places", ...entries), ...more)]
    : [];
}

/**
 * @param {KeptVisits} kept
 * @returns {HTMLElement[]}
 */
function closed({ locked, unreadable }) {
  /** @type {HTMLElement[]} */
  const parts = [];
  if (locked)
    parts.push(
      notice(
        t(
          `本机有 ${locked} 次未发送的检查已上锁：请由当时的监督员登录，再回到本页。`,
          `${locked} unsent inspections on this device are locked. The inspector who made them has to sign in and return to this page.`,
        ),
        " ",
        signIn(),
      ),
    );
  if (unreadable)
    parts.push(
      notice(
        t(
          `有 ${unreadable} 次检查打不开，仍保存在本机，请联系管理员。`,
          `${unreadable} inspections cannot be opened. They are still saved on this device. Contact the administrator.`,
        ),
      ),
    );
  return parts;
}

/**
 * @param {ListContext} context
 * @param {{ state: string }[]} visits
 * @returns {HTMLElement[]}
 */
function notLasting({ lasting }, visits) {
  return lasting || visits.every(({ state }) => state === "sent") ? [] : [notice(notLastingWords())];
}

/**
 * The link that leads back here after signing in.
 * @returns {HTMLAnchorElement}
 */
export function signIn() {
  const link = element("a", "", ...both("登录", "Sign in"));
  link.href = `/sign-in?lang=${t("zh", "en")}&next=/verify/inspections`;
  return link;
}

/**
 * The parts of the view. `held` is {pack} or {problem}; `kept` is everything on the device.
 * @param {ListContext} context
 * @param {HeldPack} held
 * @param {KeptVisits} kept
 * @returns {HTMLElement[]}
 */
export function listView(context, held, kept) {
  /** @type {(key: string) => (a: any, b: any) => number} */
  const newest = (key) => (a, b) => String(b[key]).localeCompare(String(a[key]));
  /** @type {(state: string) => any[]} */
  const by = (state) => kept.visits.filter((visit) => visit.state === state);
  const forget = behind(
    t("清除已送达的…", "Clear delivered inspections…"),
    t(
      "只清除本机的回执，登记库里的记录不变。",
      "Only the receipts on this device are cleared. Records in the register are not affected.",
    ),
    t("清除", "Clear"),
    () => context.forgetSent(),
  );
  return [
    ...closed(kept),
    ...notLasting(context, kept.visits),
    queue(context, held, by("finished").sort(newest("finishedAt"))),
    ...section(both("未完成", "Unfinished"), by("draft").sort(newest("startedAt")).map(draft)),
    beginning(context, held),
    ...(held.pack?.kit ? taskList(context, held.pack) : []),
    ...section(both("已送达", "Delivered"), by("sent").sort(newest("finishedAt")).map(arrived), forget),
  ];
}
