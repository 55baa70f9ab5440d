// @ts-check
// What was found, on the page: a verdict, the business, each permit with its status, and how old that is.

/** @import { HeldBusiness, Saying } from "./types.d.ts" */
/** @import { Content, Headline } from "../ui/types.d.ts" */
/** @import { Reading } from "../device/types.d.ts" */
/** @import { Described, DescribedPermit, Facts, Status, Vocabulary } from "../verifier/types.d.ts" */

import { both, element, hanzi, rows } from "../ui/elements.js";
import { TERMS } from "../ui/terms.js";
import { verdict } from "../ui/verdict.js";
import { day, minute, sentence, t } from "../ui/words.js";
import { shanghaiDay } from "../verifier/refusal.js";
import { ageSince } from "./ages.js";
import { aged, headline, onlyInPack, permitSayings, saying } from "./judgement.js";

const TAGS = { good: "✓", plain: "i", care: "!", bad: "×", unknown: "?" };

/**
 * @param {Headline} said
 * @returns {HTMLElement}
 */
function tag({ tone, zh, en }) {
  const sign = element("span", "", TAGS[tone]);
  sign.setAttribute("aria-hidden", "true");
  return element("p", "tag", sign, " ", ...both(zh, en));
}

/**
 * @param {DescribedPermit} permit
 * @param {Saying} said
 * @returns {HTMLElement}
 */
function card(permit, said) {
  const from = day(permit.validFrom);
  const period =
    permit.validTo === null
      ? t(`长期，自${from}`, `no expiry date, from ${from}`)
      : `${from} ${t("至", "to")} ${day(permit.validTo)}`;
  return element(
    "article",
    `card ${said.tone}`,
    element("h3", "", ...both(permit.type.zh, permit.type.en)),
    tag(said),
    rows([...TERMS.field.permit_number, hanzi(permit.number)], [...TERMS.field.validity_period, period]),
  );
}

/**
 * @param {string | undefined} code why the list does not count; without one it was not read, because it had expired
 * @param {string | null} today by the device's clock, where nothing confirms it
 * @returns {string}
 */
function whyUnknown(code, today) {
  if (code === "status_list_index")
    return t(
      "名单比这个码旧，现在的状态不明。",
      " The list is older than this code, so the current status is unknown.",
    );
  if (today)
    return t(
      `按本机日期（${today}）名单已过期，现在的状态不明。`,
      ` By this device’s date, ${today}, the list has expired, so the current status is unknown.`,
    );
  return t("名单已过期，现在的状态不明。", " The list has expired, so the current status is unknown.");
}

/**
 * "Status as of …, N hours old": in words whatever the colour says.
 * @param {Status} state
 * @param {Reading} time
 * @returns {Content[]}
 */
export function asOf(state, { now, proved, wrong }) {
  if (state.asOf === null) return [t("本机没有状态名单。", "There is no status list on this device.")];
  const when = minute(state.asOf);
  if (wrong?.atLeast)
    return [
      t(
        `状态截至 ${when}。本机时钟不对，无法得知已过多久，请校正时钟或联网更新。`,
        `Status as of ${when}. This device’s clock is wrong, so its age is not known. Set the clock, or go online to update.`,
      ),
    ];
  const words = [t(`状态截至 ${when}（`, `Status as of ${when}, `), ageSince(state.asOf, now), t("）。", ".")];
  const confirmed = shanghaiDay(proved) === shanghaiDay(now);
  if (state.unknown) return [...words, whyUnknown(state.because?.code, confirmed ? null : day(shanghaiDay(now)))];
  if (!state.stale) return words;
  return [...words, t("超过了应更新的时间，请联网更新。", " It should have been updated by now. Go online to update.")];
}

/**
 * The words of a verdict: "genuine" stands before those that are not bare.
 * @param {Saying} said
 * @returns {Headline}
 */
function firstWords({ tone, zh, en, bare }) {
  const [foundZh, foundEn] = TERMS.found.symbol;
  return bare
    ? { tone, zh, en: en[0].toUpperCase() + en.slice(1) }
    : { tone, zh: `${foundZh}，${zh}`, en: `${foundEn}: ${en}` };
}

/**
 * What is to be known or done beside a verdict.
 * @param {Saying} said
 * @returns {string}
 */
function beyond({ name }) {
  if (name === "in_code" || name === "licence_only") return `${t(...TERMS.beyond.needed)}${t("。", ". ")}`;
  if (name !== "ended_or_void") return "";
  return t(
    "请不要采信：请经营者出示现行的亮证牌；不能出示的，请拨打 12345。",
    "Do not rely on it: ask for the current card; if there is none, call 12345. ",
  );
}

/**
 * A code whose signature holds. `live` is the address at which this service can be asked now.
 * @param {Described} described
 * @param {Status} state
 * @param {{ time: Reading; live: string | null; held: HeldBusiness | null }} how
 * @returns {Content[]}
 */
export function genuine(described, state, { time, live, held }) {
  const today = { day: shanghaiDay(time.now), proved: shanghaiDay(time.proved) };
  // Of a print that is void, as of one that is old, what its entries call valid may be another today.
  const over = state.print === "invalid";
  const statuses = state.permits.map((status) => (over && status === "valid" ? "superseded" : status));
  const said = permitSayings(described.permits, statuses, today, held);
  const first = headline(state, held ? [...said, ...onlyInPack(described.permits, held.business)] : said);
  const parts = [
    verdict(firstWords(first), element("span", "", beyond(first), ...asOf(state, time))),
    element(
      "div",
      "who",
      element(
        "h2",
        "",
        described.name ? hanzi(described.name) : t("未登记字号的个体工商户", "Individual business without a name"),
      ),
      described.name ? element("p", "quiet", ...both("请核对门头名称", "Check that the shop sign matches")) : "",
    ),
    ...described.permits.map((permit, n) => card(permit, state.stale ? aged(said[n]) : said[n])),
  ];
  if (described.notShown > 0) {
    const more = t(
      `另有 ${described.notShown} 项许可未写入二维码。`,
      `${described.notShown} more permits are not in the code.`,
    );
    parts.push(element("p", "note", more));
  }
  parts.push(
    rows(
      [...TERMS.field.credit_code, element("span", "number", described.uscc)],
      [...TERMS.field.code_number, element("span", "number", described.codeNumber)],
      [
        ...TERMS.field.card_version,
        `${t(`第\u00a0${described.version}\u00a0版，`, `version ${described.version}, `)}${day(described.issuedOn)}`,
      ],
    ),
  );
  parts.push(element("p", "quiet", t(...TERMS.beyond.more), t("。", ".")));
  if (live) parts.push(linkTo(live, "联网查看登记库现在的记载", "Check the current register entry online"));
  return parts;
}

/**
 * @param {string} address
 * @param {string} zh
 * @param {string} en
 * @returns {HTMLElement}
 */
function linkTo(address, zh, en) {
  const link = element("a", "button quiet-button", ...both(zh, en));
  link.href = address;
  return element("p", "tools", link);
}

/**
 * A code that was refused: what is wrong and what to do, in the sentences of the vocabulary.
 * @param {string} code
 * @param {Facts} facts
 * @param {Vocabulary | undefined} vocabulary
 * @returns {Content[]}
 */
export function refused(code, facts, vocabulary) {
  const entry = vocabulary?.refusals?.[code];
  const foreign = code === "host_unknown";
  /** @type {Headline} */
  const said = foreign
    ? { tone: "bad", zh: "不是本服务的|二维码", en: "Not a code of this service" }
    : saying("verdict", "refused");
  const parts = [verdict(said)];
  const { what, todo } = entry ? sentence(entry, facts) : { what: "", todo: "" };
  if (foreign) {
    parts.push(
      element("p", "", t("二维码指向：", "The code leads to: "), element("b", "host", String(facts.host ?? ""))),
    );
    const sticker = t(
      "这不是本服务的网站，可能有人贴了假码。",
      "This is not a site of this service. Someone may have put a fake code over the real one.",
    );
    parts.push(element("p", "", element("b", "", sticker), t("", " "), todo));
  } else if (entry) {
    parts.push(element("p", "", element("b", "", what), t("", " "), todo));
  }
  parts.push(element("p", "quiet", t("原因代码 ", "Reason code "), element("span", "number", code)));
  return parts;
}

/**
 * What stays above the result of a number that was typed after a code was refused: a forger prints a real number below a false
 * code.
 * @returns {HTMLElement}
 */
export function refusedBefore() {
  return verdict(
    saying("verdict", "refused"),
    t(
      "刚才的二维码未通过。编号人人都能抄写，查到编号不等于这张亮证牌是真的。",
      "The code before failed. Anybody can copy a number: finding it does not make this card genuine.",
    ),
  );
}

/**
 * A number: only the register knows of it, and it proves no card, whatever the register says.
 * @param {string} detail
 * @param {string | null} live
 * @returns {Content[]}
 */
export function onlyNumber(detail, live) {
  const parts = [verdict(saying("verdict", "number"), detail)];
  if (live) parts.push(linkTo(live, "向登记库查询此编号", "Look up this number in the register"));
  return parts;
}

/**
 * Something that is no code of ours and no refusal of one: a text, an own fault.
 * @param {string} zh
 * @param {string} en
 * @param {string} detail
 * @returns {Content[]}
 */
export function cannotTell(zh, en, detail) {
  return [verdict({ tone: "unknown", zh, en }, detail)];
}

/**
 * The host of an address of any other site, or null. It is shown, never opened.
 * @param {string} text
 * @returns {string | null}
 */
export function foreignHost(text) {
  try {
    return new URL(text).host || null;
  } catch {
    return null;
  }
}
