// @ts-check
// What goes on while it is read: how old things are, and what changes with that. Who listens to the page hears only the changes.

/** @import { Content } from "../ui/types.d.ts" */

import { element } from "../ui/elements.js";
import { age } from "../ui/words.js";

const AGE = ".age";

/**
 * How old something of `instant` is at `now`.
 * @param {Date} instant
 * @param {Date} now
 * @returns {HTMLElement}
 */
export function ageSince(instant, now) {
  const shown = element("span", "age", age(now.getTime() - instant.getTime()));
  shown.setAttribute("aria-live", "off"); // nobody wants to be told each minute that one has passed
  return shown;
}

/** @param {ParentNode} root */
function withoutAges(root) {
  const copy = /** @type {ParentNode} */ (root.cloneNode(true));
  for (const shown of copy.querySelectorAll(AGE)) shown.textContent = "";
  return copy;
}

/**
 * Show `parts` in `root`; where it says the same already, only the ages in it are brought up to date. Returns whether more changed.
 * @param {HTMLElement} root
 * @param {Content[]} parts
 * @returns {boolean}
 */
export function renew(root, parts) {
  const made = /** @type {HTMLElement} */ (root.cloneNode(false));
  made.append(...parts);
  if (!withoutAges(root).isEqualNode(withoutAges(made))) {
    root.replaceChildren(...made.childNodes);
    return true;
  }
  const ages = made.querySelectorAll(AGE);
  for (const [n, shown] of root.querySelectorAll(AGE).entries()) shown.textContent = ages[n].textContent;
  return false;
}
