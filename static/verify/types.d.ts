// What the verify page says.

import type { Business } from "../pack/types.d.ts";
import type { Content, Headline } from "../ui/types.d.ts";

/** A state of the one table, by its name. */
export interface Saying extends Headline {
  name: string;
  severity: number;
  bare: boolean;
}

/** A business of the pack, and the day on which the pack was taken. */
export interface HeldBusiness {
  business: Business;
  day: number;
}

/** What was found of a text, in parts; a code that was refused stays above the number that is typed after it. */
export interface Found {
  kind: "number" | "refused" | "other";
  parts: Content[];
}
