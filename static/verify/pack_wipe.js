// After signing out: the key of the pack is gone, this deletes the rest.

import { wipe } from "./pack_vault.js";

const said = document.getElementById("wiped");

wipe().then(
  () => (said.textContent = said.dataset.done),
  () => (said.textContent = said.dataset.failed),
);
