// @ts-check
// After signing out: the key of the pack is gone, this deletes the rest. Inspections that were not sent stay, sealed, and
// it is said that they do.

import { wipe } from "../pack/rows.js";
import { t } from "../ui/words.js";
import { countUnsent, dropSent } from "./device/kept.js";

const said = document.getElementById("wiped");
const unsent = document.getElementById("unsent");

async function tellOfUnsent() {
  await dropSent();
  const count = await countUnsent();
  unsent.hidden = !count;
  unsent.firstElementChild.textContent = t(
    `这台设备上还有 ${count} 次没发送的检查，已加密保留：由检查人本人在这台设备上登录后即可发送。`,
    `${count} unsent inspections are stored encrypted on this device. They can be sent once the inspector who made them has signed in on this device.`,
  );
}

wipe().then(
  () => (said.textContent = said.dataset.done),
  () => (said.textContent = said.dataset.failed),
);
tellOfUnsent();
