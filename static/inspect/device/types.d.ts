// What is on the device, and how sending goes.

import type { Delivered, SendProblem, Visit } from "../visit/types.d.ts";

/** `locked` counts unsent visits that need another key, `unreadable` those that the right key does not open. */
export interface KeptVisits {
  visits: (Visit | Delivered)[];
  locked: number;
  unreadable: number;
}

/** GET /inspect/sync */
export interface Session {
  csrf: string;
  officer: string;
  office: string;
  now: string;
}

/** What is on its way: visit `number` of `of`; photo 0 is the record itself. */
export interface SendStep {
  visit: Visit;
  photo: number;
  photos: number;
  number?: number;
  of?: number;
}

/** How many were sent and are left, and the last problem. */
export interface SendOutcome {
  sent: number;
  left: number;
  problem: SendProblem | null;
}
