// What a pack holds for inspections (docs/contributing/inspection-records.md), as the server writes it.

import type { Both } from "../ui/types.d.ts";

export interface ChecklistItem {
  id: string;
  section: Both;
  text: Both;
  law: Both;
  weight: number;
  critical: boolean;
  /** Whether it applies everywhere: "not applicable" is no answer to it. */
  always: boolean;
  /** Whether a "no" wants a photograph; packs of earlier days do not say. */
  photo?: boolean;
}

export interface Checklist {
  id: string;
  version: string;
  name: Both;
  /** Permit types that it is made for; packs of earlier days do not name them. */
  permit_types?: string[];
  /** Kinds of place that it is made for; none where the types do not follow them. */
  kinds: string[];
  items: ChecklistItem[];
}

/** One grade: its lowest score and, in packs of this version, what it is called within a sentence. */
export type GradeStep = [grade: string, least: number, zh?: string, en?: string];

type Due = [uscc: string, premisesNo: number, permitNo: string, due: string];

export interface Kit {
  office: string;
  officer: string;
  /** Colleagues: [username, name]. */
  officers: [string, string][];
  /** Of them, who is absent on the day of the pack: [username, last day, name of the substitute or nothing]; packs of
   * earlier versions do not say. */
  absent?: [username: string, until: string, substitute: string][];
  /** By permit type, from the best; packs of earlier days hold one scale for all. */
  grades: Record<string, GradeStep[]> | GradeStep[];
  critical_cap: number;
  /** How long after its arrival a record can be confirmed; packs of earlier days do not say. */
  second_officer_hours?: number;
  checklists: Checklist[];
  rectifications: [order: number, ...Due, items: string[]][];
  drawn: [drawn: number, ...Due][];
  follow_ups: [...Due, ordered: boolean][];
}
