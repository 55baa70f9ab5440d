// @ts-check
// Fields of the inspection pages. Each says what it is for in a label, and tells of every change.

/** @import { Both, Content, Option } from "./types.d.ts" */

import { both, element } from "./elements.js";
import { t } from "./words.js";

let made = 0;
/**
 * @param {string} name
 * @returns {string}
 */
const freshId = (name) => `${name}-${++made}`;

/**
 * A button; `classes` is "quiet-button" for all but the main one of a page.
 * @param {Content | Content[]} content
 * @param {() => unknown} act
 * @param {string} [classes]
 * @returns {HTMLButtonElement}
 */
export function button(content, act, classes = "quiet-button") {
  const pressed = element("button", `button ${classes}`, ...[content].flat());
  pressed.type = "button";
  let busy = false; // a second press while the first is worked off is none
  pressed.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    try {
      await act();
    } finally {
      busy = false;
    }
  });
  return pressed;
}

/**
 * A link that looks like a button.
 * @param {Content | Content[]} content
 * @param {string} address
 * @param {string} [classes]
 * @returns {HTMLAnchorElement}
 */
export function linkButton(content, address, classes = "quiet-button") {
  const link = element("a", `button ${classes}`, ...[content].flat());
  link.href = address;
  return link;
}

/**
 * A callout.
 * @param {...Content} content
 * @returns {HTMLElement}
 */
export const notice = (...content) => element("p", "note", ...content);

/**
 * A label over a control, with a hint. `control` is an input, textarea or select.
 * @param {HTMLElement} control
 * @param {Content | Content[]} words
 * @param {string} [hint]
 * @returns {HTMLElement}
 */
export function labelled(control, words, hint = "") {
  control.id = freshId("field");
  const label = element("label", "", ...[words].flat());
  label.htmlFor = control.id;
  /** @type {HTMLElement[]} */
  const parts = [label];
  if (hint) {
    const said = element("p", "quiet hint", hint);
    said.id = `${control.id}-hint`;
    control.setAttribute("aria-describedby", said.id);
    parts.push(said);
  }
  return element("div", "field", ...parts, control);
}

/**
 * A text of one line, or of several with `rows`. `changed` hears of each keystroke.
 * @param {string} value
 * @param {(value: string) => void} changed
 * @param {{ rows?: number; most?: number; type?: string }} [how]
 * @returns {HTMLInputElement | HTMLTextAreaElement}
 */
export function text(value, changed, { rows = 1, most = 500, type = "text" } = {}) {
  const control = rows > 1 ? element("textarea", "") : element("input", "");
  Object.assign(control, rows > 1 ? { rows } : { type });
  if (type === "text") control.maxLength = most;
  control.autocomplete = "off";
  control.value = value;
  control.addEventListener("input", () => changed(control.value));
  return control;
}

/**
 * A choice of one from a list: `options` are [value, words].
 * @param {[value: string, words: string][]} options
 * @param {string} value
 * @param {(value: string) => void} changed
 * @returns {HTMLSelectElement}
 */
export function select(options, value, changed) {
  const control = document.createElement("select");
  for (const [each, words] of options) {
    const option = element("option", "", words);
    option.value = each;
    control.append(option);
  }
  control.value = value;
  control.addEventListener("change", () => changed(control.value));
  return control;
}

/**
 * @param {string} kind
 * @param {string} name
 * @param {Option} choice
 * @param {boolean} chosen
 * @returns {[HTMLInputElement, HTMLElement]}
 */
function option(kind, name, [value, words], chosen) {
  const input = document.createElement("input");
  Object.assign(input, { type: kind, name, value, id: freshId(name), checked: chosen });
  const label = element("label", "", ...[words].flat());
  label.htmlFor = input.id;
  return [input, element("span", "choice", input, label)];
}

/**
 * Large radio buttons, or boxes with `several`, under a legend. `options` are [value, words].
 * @param {Content | Content[]} legend
 * @param {Option[]} options
 * @param {string | string[]} chosen
 * @param {(value: any) => void} changed
 * @param {{ several?: boolean; classes?: string }} [how]
 * @returns {HTMLElement}
 */
export function choices(legend, options, chosen, changed, { several = false, classes = "" } = {}) {
  const name = freshId("choice");
  /** @type {HTMLInputElement[]} */
  const inputs = [];
  const row = element("div", "choices");
  for (const each of options) {
    const picked = several ? chosen.includes(each[0]) : chosen === each[0];
    const [input, box] = option(several ? "checkbox" : "radio", name, each, picked);
    inputs.push(input);
    row.append(box);
    input.addEventListener("change", () => {
      const values = inputs.filter(({ checked }) => checked).map(({ value }) => value);
      changed(several ? values : values[0]);
    });
  }
  return element("fieldset", classes, element("legend", "", ...[legend].flat()), row);
}

/**
 * A file field for the camera; `picked` hears of each file. The label is what is pressed.
 * @param {(file: File) => Promise<void>} picked
 * @returns {HTMLElement}
 */
export function camera(picked) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", accept: "image/*", id: freshId("photo") });
  input.setAttribute("capture", "environment");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = ""; // so that the same file can be chosen again
    if (file) await picked(file);
  });
  const label = element("label", "button quiet-button", ...both("拍照", "Take a photo"));
  label.htmlFor = input.id;
  return element("p", "tools pick", input, label);
}

/**
 * Something behind one more press, for what cannot be undone.
 * @param {string} words
 * @param {string} question
 * @param {string} done
 * @param {() => unknown} act
 * @returns {HTMLElement}
 */
export function behind(words, question, done, act) {
  const folded = element(
    "details",
    "danger",
    element("summary", "", words),
    element("p", "", question),
    button(done, act),
  );
  return folded;
}

/**
 * Two texts of the pack, in the language of the page.
 * @param {Both} both
 * @returns {string}
 */
export const said = ([zh, en]) => t(zh, en);
