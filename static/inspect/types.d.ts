// What the views of the inspectors' page are given, and give.

import type { Place } from "../pack/types.d.ts";
import type { Both } from "../ui/types.d.ts";
import type { Keeping } from "./steps/types.d.ts";
import type { Identified, Task, Visit } from "./visit/types.d.ts";

/** What can be done from the list. */
export interface ListContext {
  /** Whether the browser promised to keep what is here until it is told otherwise. */
  lasting: boolean;
  begin(place: Place, how: Identified, task: Task | null): Promise<void>;
  send(how?: { quietly?: boolean }): Promise<void>;
  reopen(visit: Visit): Promise<void>;
  forgetSent(): Promise<void>;
}

export interface View {
  title: Both;
  parts: HTMLElement[];
}

/** How an open visit tells the page: what went wrong, that the step has to be drawn anew, how far it is kept. */
export interface Shown {
  say(words: string): void;
  redraw(): unknown;
  told(keeping: Keeping): void;
}
