// @ts-check
// A verdict: one headline in its tone, the same on every page with a script.

/** @import { Content, Headline } from "./types.d.ts" */

import { element } from "./elements.js";
import { ENGLISH } from "./words.js";

// The signs of the public pages: a tick, an i, a triangle, an octagon, a question mark.
const RING = "M24 4a20 20 0 1 0 0 40a20 20 0 1 0 0-40z";
const SIGNS = {
  good: `${RING}m-9 21 6 7 12-15`,
  plain: `${RING}m0 18v13m0-21v.1`,
  care: "M24 5 45 42H3zm0 13v12m0 6v.1",
  bad: "M16 4h16l12 12v16L32 44H16L4 32V16zm0 12 16 16m0-16L16 32",
  unknown: `${RING}m-6 15a6 6 0 1 1 9 5c-2 1.2-3 2.5-3 5m0 6v.1`,
};

/**
 * @param {string} path
 * @returns {SVGElement}
 */
function picture(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

/**
 * Both languages of a headline, whose Chinese is broken behind commas and where "|" says. Only a part that is longer than a
 * line, as in large text, is broken within, and no comma begins a line.
 * @param {string} zh
 * @param {string} en
 * @returns {Content[]}
 */
function broken(zh, en) {
  const parts = zh.replaceAll("，", "，|").split("|").filter(Boolean);
  const phrases = parts.map((part) => element("span", "phrase", part));
  const also = element("span", "also", ...(ENGLISH ? phrases : [en]));
  also.lang = ENGLISH ? "zh-CN" : "en";
  return [...(ENGLISH ? [en] : phrases), " ", also];
}

/**
 * One headline in its tone, with a sign and a sentence.
 * @param {Headline} headline
 * @param {Content} [detail]
 * @returns {HTMLElement}
 */
export function verdict({ tone, zh, en }, detail) {
  const heading = element("h2", "headline", ...broken(zh, en));
  heading.tabIndex = -1;
  const words = element("div", "", heading);
  if (detail) words.append(element("p", "", detail));
  return element("div", `verdict ${tone}`, picture(SIGNS[tone]), words);
}
