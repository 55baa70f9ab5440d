// What the verify page says.

import type { Headline } from "../ui/types.d.ts";

/** A headline by the name of its state. */
export interface Saying extends Headline {
  name: string;
}
