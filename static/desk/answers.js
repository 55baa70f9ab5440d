// @ts-check
// Answers of an application that follow from others while they are typed. Without a script the server does the same.

import { controlsOf, setText, textOf } from "./controls.js";

/** @import { DraftForm } from "./types.d.ts" */

/** @param {DraftForm} form @param {() => void} changed is called when an answer has been put in */
export function fillIn(form, changed) {
  const controls = controlsOf(form);
  if (form.dataset.types) followForm(form, controls.get("entity_type"), changed);
  const tick = form.querySelector("#same_address");
  if (tick instanceof HTMLInputElement) followAddress(tick, controls, changed);
  for (const button of form.querySelectorAll("button[data-phrase]")) {
    button.addEventListener("click", (pressed) => {
      pressed.preventDefault();
      addPhrase(controls.get("business_scope"), button.getAttribute("data-phrase"));
      changed();
    });
  }
}

/** The type follows the legal form until somebody has typed another one.
 * @param {DraftForm} form @param {import("./types.d.ts").Control[]} type @param {() => void} changed */
function followForm(form, type, changed) {
  const types = JSON.parse(form.dataset.types);
  const usual = ["", ...Object.values(types)];
  for (const radio of form.querySelectorAll("input[name=entity_form]")) {
    radio.addEventListener("change", () => {
      const follows = types[/** @type {HTMLInputElement} */ (radio).value];
      if (!follows || !usual.includes(textOf(type).trim())) return;
      setText(type, follows);
      changed();
    });
  }
}

/** While the box is ticked, the address of the premises is the registered one.
 * @param {HTMLInputElement} tick @param {Map<string, import("./types.d.ts").Control[]>} controls
 * @param {() => void} changed */
function followAddress(tick, controls, changed) {
  const [home, premises] = [controls.get("domicile"), controls.get("premises_address")];
  const copy = () => {
    if (!tick.checked) return;
    setText(premises, textOf(home));
    changed();
  };
  tick.addEventListener("change", copy);
  home[0].addEventListener("input", copy);
  premises[0].addEventListener("input", () => {
    tick.checked = textOf(premises) === textOf(home);
  });
}

/** @param {import("./types.d.ts").Control[]} scope @param {string} phrase */
function addPhrase(scope, phrase) {
  const typed = textOf(scope).trim();
  if (typed.includes(phrase.replace(/[。；]+$/, ""))) return;
  setText(scope, typed ? `${typed.replace(/[。；]+$/, "")}；${phrase}` : phrase);
}
