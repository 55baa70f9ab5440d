// @ts-check
// Small pieces that pages are made of.

/** @import { Content, ElementsById } from "./types.d.ts" */

import { ENGLISH } from "./words.js";

/**
 * An element with its classes, and children that are texts or elements. Text is never read as markup.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [classes]
 * @param {...Content} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, classes, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

/**
 * The text in the main language and the other one small beside it, marked with its language.
 * @param {string} zh
 * @param {string} en
 * @returns {[string, HTMLElement]}
 */
export function both(zh, en) {
  const [first, second] = ENGLISH ? [en, zh] : [zh, en];
  const also = element("span", "also", second);
  also.lang = ENGLISH ? "zh-CN" : "en";
  return [`${first} `, also];
}

/**
 * Text of the register, which is Chinese whatever the page speaks.
 * @param {string} text
 * @returns {HTMLElement}
 */
export function hanzi(text) {
  const marked = element("span", "", text);
  marked.lang = "zh-CN";
  return marked;
}

/**
 * A list of [zh, en, value].
 * @param {...[zh: string, en: string, value: Content]} pairs
 * @returns {HTMLElement}
 */
export function rows(...pairs) {
  const list = element("dl", "");
  for (const [zh, en, value] of pairs) list.append(element("dt", "", ...both(zh, en)), element("dd", "", value));
  return list;
}

/**
 * The element of the page with that id; null while there is none.
 * @template {string} Id
 * @param {Id} id
 * @returns {Id extends keyof ElementsById ? ElementsById[Id] : HTMLElement}
 */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));
