// @ts-check
// What stands in the fields of an application: as it is now, and as the server has it.

/** @import { Control, DraftForm } from "./types.d.ts" */

const OF_THE_PAGE = new Set([
  "csrf_token",
  "form-page",
  "revision",
  "page",
  "turn",
  "origins",
  "same_address",
  "words",
  "strokes",
  "seen_name",
  "seen_principal",
  "seen_premises_address",
]);

export const JSON_WANTED = { Accept: "application/json" };

/** @param {string} html as our own server has made it */
export function partsOf(html) {
  return new DOMParser().parseFromString(html, "text/html").body.childNodes;
}

/** The controls of the form by their name, without those by which the page speaks of itself.
 * @param {DraftForm} form @returns {Map<string, Control[]>} */
export function controlsOf(form) {
  const found = new Map();
  for (const control of form.elements) {
    const name = control.getAttribute("name");
    if (!name || OF_THE_PAGE.has(name) || name.startsWith("notice_") || control instanceof HTMLButtonElement) continue;
    found.set(name, [...(found.get(name) ?? []), control]);
  }
  return found;
}

/** The text of one field as the form would send it; `made` is that with which the page was made.
 * @param {Control[]} controls @param {boolean} [made] */
export function textOf(controls, made = false) {
  const [first] = controls;
  if (isChoice(first)) {
    const chosen = controls.filter(
      (each) => each instanceof HTMLInputElement && (made ? each.defaultChecked : each.checked),
    );
    return chosen.map((each) => each.value).join(",");
  }
  if (first instanceof HTMLSelectElement) {
    const option = made ? [...first.options].find((each) => each.defaultSelected) : first.selectedOptions[0];
    return (option ?? first.options[0]).value;
  }
  return made ? first.defaultValue : first.value;
}

/** Put a text into a field.
 * @param {Control[]} controls @param {string} text */
export function setText(controls, text) {
  const chosen = text.split(",");
  for (const control of controls) {
    if (control instanceof HTMLInputElement && isChoice(control)) control.checked = chosen.includes(control.value);
    else control.value = text;
  }
}

/** @param {Control} control */
function isChoice(control) {
  return control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox");
}
