// @ts-check
// Passkeys: asks the browser to make or to prove one, and puts its answer into the form that asked.

/** @import { PasskeyForm } from "./types.d.ts" */

/** @param {PasskeyForm} form @returns {Promise<PublicKeyCredentialRequestOptionsJSON>} */
async function fetchChallenge(form) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, purpose: form.dataset.purpose });
  const typed = new FormData(form);
  for (const name of (form.dataset.covers ?? "").split(" ").filter(Boolean)) {
    body.append(`typed:${name}`, typed.getAll(name).filter(Boolean).join(","));
  }
  const answer = await fetch(form.dataset.challenges, { method: "POST", body });
  if (!answer.ok) throw new Error(`challenge: ${answer.status}`);
  return answer.json();
}

/** @param {PasskeyForm} form */
async function prove(form) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await fetchChallenge(form));
  form.elements.passkey.value = answerOf(await navigator.credentials.get({ publicKey }));
}

/** @param {PasskeyForm} form */
async function create(form) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(form.dataset.create));
  form.elements.made.value = answerOf(await navigator.credentials.create({ publicKey }));
}

/** @param {Credential} credential */
function answerOf(credential) {
  return JSON.stringify(/** @type {PublicKeyCredential} */ (credential).toJSON());
}

/** @param {PasskeyForm} form @param {(form: PasskeyForm) => Promise<void>} ceremony */
async function attempt(form, ceremony) {
  const failed = /** @type {HTMLElement} */ (form.querySelector("[data-failed]"));
  failed.hidden = true;
  try {
    await ceremony(form);
  } catch {
    failed.hidden = false; // refused, cancelled or too late: the browser itself has said why
    return;
  }
  form.submit();
}

/** @param {PasskeyForm} form */
function prepare(form) {
  const able = "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;
  const offer = /** @type {HTMLElement} */ (form.querySelector("[data-able]"));
  const unable = /** @type {HTMLElement} */ (form.querySelector("[data-unable]"));
  offer.hidden = !able;
  if (unable) unable.hidden = able;
  const button = offer.querySelector("button");
  if (form.dataset.create === undefined) {
    button.addEventListener("click", () => attempt(form, prove));
    return;
  }
  form.addEventListener("submit", (/** @type {SubmitEvent} */ pressed) => {
    if (form.elements.made.value || !form.elements.name.value.trim()) return; // the server says what is missing
    pressed.preventDefault();
    attempt(form, create);
  });
}

/** @type {NodeListOf<PasskeyForm & Element>} */
const forms = document.querySelectorAll("form[data-passkeys]");
for (const form of forms) prepare(form);
