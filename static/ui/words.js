// @ts-check
// Words of the pages. Both languages stand side by side, as in the templates; the page's main language comes first.

/** @import { Sentence } from "./types.d.ts" */

export const ENGLISH = document.documentElement.lang === "en";

/**
 * The text in the main language.
 * @param {string} zh
 * @param {string} en
 * @returns {string}
 */
export const t = (zh, en) => (ENGLISH ? en : zh);

/**
 * A sentence of the vocabulary ({zh, en, do_zh, do_en}) in the main language, with its facts filled in.
 * @param {Sentence} entry
 * @param {Record<string, string | number>} facts
 * @returns {{ what: string; todo: string }}
 */
export function sentence(entry, facts) {
  /** @type {(text: string) => string} */
  const fill = (text) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
  const language = ENGLISH ? "en" : "zh";
  return { what: fill(entry[language]), todo: fill(entry[`do_${language}`]) };
}

const SHANGHAI = { timeZone: "Asia/Shanghai" };
const DAY = new Intl.DateTimeFormat(t("zh-CN", "en-GB"), { ...SHANGHAI, dateStyle: "long" });
const TIME = new Intl.DateTimeFormat("en-GB", { ...SHANGHAI, timeStyle: "short", hourCycle: "h23" });

/**
 * An instant in China's time, to the minute, as the server writes it: 2026年11月23日 16:20, 23 November 2026, 16:20.
 * Browsers do not agree on what stands between day and time.
 * @param {Date} instant
 * @returns {string}
 */
export const minute = (instant) => `${DAY.format(instant)}${t(" ", ", ")}${TIME.format(instant)}`;

/**
 * A day as the claims count them (days since 1970-01-01), in words.
 * @param {number} number
 * @returns {string}
 */
export const day = (number) => DAY.format(new Date(number * 86_400_000));

/**
 * A day written YYYY-MM-DD, in words.
 * @param {string} date
 * @returns {string}
 */
export const dayWords = (date) => day(Date.parse(`${date}T00:00:00Z`) / 86_400_000);

/**
 * How long ago something was, rounded down: nothing is made to look newer by more than the unit named.
 * @param {number} milliseconds
 * @returns {string}
 */
export function age(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const hours = Math.floor(minutes / 60);
  if (minutes < 1) return t("不到 1 分钟前", "less than a minute old");
  if (minutes < 60) return t(`${minutes} 分钟前`, `${minutes} min old`);
  if (hours < 72) return t(`${hours} 小时前`, `${hours} ${hours === 1 ? "hour" : "hours"} old`);
  return t(`${Math.floor(hours / 24)} 天前`, `${Math.floor(hours / 24)} days old`);
}

/**
 * How long something is, in the largest unit that says enough: 40 minutes, 26 hours, 3 days, 2 years.
 * @param {number} milliseconds
 * @returns {string}
 */
export function span(milliseconds) {
  const hours = milliseconds / 3_600_000;
  if (hours < 2) return t(`${Math.round(hours * 60)} 分钟`, `${Math.round(hours * 60)} minutes`);
  if (Math.round(hours) < 72) return t(`${Math.round(hours)} 小时`, `${Math.round(hours)} hours`);
  const days = Math.round(hours / 24);
  if (days < 730) return t(`${days} 天`, `${days} days`);
  return t(`${Math.floor(days / 365)} 年`, `${Math.floor(days / 365)} years`);
}
