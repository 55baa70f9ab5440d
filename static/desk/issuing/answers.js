// @ts-check
// Answers of an application that follow from others while they are typed. Without a script the server does the same.

import { controlsOf, JSON_WANTED, partsOf, setText, textOf } from "./controls.js";

/** @import { DraftForm } from "./types.d.ts" */

/** @param {DraftForm} form @param {(name?: string) => void} changed is called when an answer has been put in, with
 * the name of its field where it follows from another answer */
export function fillIn(form, changed) {
  const controls = controlsOf(form);
  if (form.dataset.types) followForm(form, controls.get("entity_type"), changed);
  const tick = form.querySelector("#same_address");
  if (tick instanceof HTMLInputElement) followAddress(tick, controls, changed);
  form.addEventListener("click", (pressed) => {
    const button = pressed.target instanceof Element && pressed.target.closest("button[data-phrase]");
    if (!button) return;
    pressed.preventDefault();
    addPhrase(controls.get("business_scope"), button.getAttribute("data-phrase"));
    changed();
  });
  const search = form.querySelector("[data-phrases-at]");
  if (search instanceof HTMLElement) searchPhrases(search);
}

/** The type follows the legal form until somebody has typed another one.
 * @param {DraftForm} form @param {import("./types.d.ts").Control[]} type @param {(name?: string) => void} changed */
function followForm(form, type, changed) {
  const types = JSON.parse(form.dataset.types);
  const usual = ["", ...Object.values(types)];
  for (const radio of form.querySelectorAll("input[name=entity_form]")) {
    radio.addEventListener("change", () => {
      const follows = types[/** @type {HTMLInputElement} */ (radio).value];
      if (!follows || !usual.includes(textOf(type).trim())) return;
      setText(type, follows);
      changed("entity_type");
    });
  }
}

/** While the box is ticked, the address of the premises is the registered one.
 * @param {HTMLInputElement} tick @param {Map<string, import("./types.d.ts").Control[]>} controls
 * @param {(name?: string) => void} changed */
function followAddress(tick, controls, changed) {
  const [home, premises] = [controls.get("domicile"), controls.get("premises_address")];
  const copy = () => {
    if (!tick.checked) return;
    setText(premises, textOf(home));
    changed("premises_address");
  };
  tick.addEventListener("change", copy);
  home[0].addEventListener("input", copy);
  premises[0].addEventListener("input", () => {
    tick.checked = textOf(premises) === textOf(home);
  });
}

/** Show the standard phrases that have the words while they are typed; the answer to older words is left out.
 * @param {HTMLElement} search */
function searchPhrases(search) {
  const [words, button] = [search.querySelector("input"), search.querySelector("button")];
  const find = async () => {
    const asked = words.value;
    const answer = await fetch(`${search.dataset.phrasesAt}?${new URLSearchParams({ words: asked })}`, {
      headers: JSON_WANTED,
    }).catch(() => Response.error());
    if (!answer.ok || words.value !== asked) return;
    const { html } = await answer.json();
    search.querySelector("[data-found]").replaceChildren(...partsOf(html));
  };
  words.addEventListener("input", find);
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // else it would lead to the next step
    find();
  });
  button.addEventListener("click", (pressed) => {
    pressed.preventDefault();
    find();
  });
}

/** @param {import("./types.d.ts").Control[]} scope @param {string} phrase */
function addPhrase(scope, phrase) {
  const typed = textOf(scope).trim();
  if (typed.includes(phrase.replace(/[。；]+$/, ""))) return;
  setText(scope, typed ? `${typed.replace(/[。；]+$/, "")}；${phrase}` : phrase);
}
