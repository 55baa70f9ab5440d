// Small pieces that pages are made of.

import { ENGLISH } from "./words.js";

/** An element with its classes, and children that are texts or elements. Text is never read as markup. */
export function element(name, classes, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

/** The text in the main language and the other one small beside it, marked with its language. */
export function both(zh, en) {
  const [first, second] = ENGLISH ? [en, zh] : [zh, en];
  const also = element("span", "also", second);
  also.lang = ENGLISH ? "zh-CN" : "en";
  return [`${first} `, also];
}

/** Text of the register, which is Chinese whatever the page speaks. */
export function hanzi(text) {
  const marked = element("span", "", text);
  marked.lang = "zh-CN";
  return marked;
}

/** A list of [zh, en, value]. */
export function rows(...pairs) {
  const list = element("dl", "");
  for (const [zh, en, value] of pairs) list.append(element("dt", "", ...both(zh, en)), element("dd", "", value));
  return list;
}

/** The element of the page with that id; null while there is none. */
export const byId = (id) => document.getElementById(id);
