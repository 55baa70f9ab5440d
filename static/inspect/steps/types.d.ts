// What the steps of a visit are given.

import type { Visit } from "../visit/types.d.ts";

/** Whether the newest state of the visit on the screen is on the device. */
export type Keeping = "kept" | "saving" | "unkept";

/** The visit on the screen, with all that a step can do to it. */
export interface VisitContext {
  visit: Visit;
  now(): Date;
  /** Resolves to whether the change is kept; false also where a newer one took it along. */
  change(fields: Partial<Visit>): Promise<boolean>;
  /** `key` is the item's, or null for the visit itself. */
  photograph(file: File, key: string | null): Promise<void>;
  unphotograph(sum: string): Promise<void>;
  beginAnew(): Promise<void>;
  throwAway(): Promise<void>;
  finish(): Promise<void>;
  redraw(): unknown;
}
