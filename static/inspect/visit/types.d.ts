// A visit as a value: begun, answered, finished, delivered (docs/contributing/inspection-records.md). Instants are RFC 3339 in UTC.

import type { Checklist, ChecklistItem, GradeStep, Kit } from "../../pack/kit.d.ts";
import type { PackPermit, Premises } from "../../pack/types.d.ts";
import type { Both } from "../../ui/types.d.ts";

export type Purpose = "routine" | "follow_up" | "recheck" | "drawn" | "complaint";
export type Outcome = "" | "passed" | "to_rectify" | "failed";
export type Fault = "" | "unmet" | "refused" | "false_statement" | "deceit";
export type Step = "place" | "check" | "photos" | "result" | "sign" | "review";

/** How the premises were found; the version is known of a scan alone. */
export interface Identified {
  readBy: "symbol" | "number" | "list";
  codeNumber: string;
  codeVersion: number | null;
}

/** What waits to be done at premises; `due` is YYYY-MM-DD. */
export interface Task {
  purpose: Purpose;
  uscc: string;
  premisesNo: number;
  permitNo: string;
  due: string;
  order?: number;
  drawn?: number;
  /** Keys of the items that an order names. */
  items?: string[];
  ordered?: boolean;
}

export interface Answer {
  answer: "" | "yes" | "no" | "na";
  finding: string;
  /** SHA-256 of photographs. */
  photos: string[];
}

export interface Photo {
  sha256: string;
  type: string;
  bytes: number;
  taken_at: string;
  note: string;
}

/** Lines of a signature: x, y, x, y … in whole numbers on the field. */
export type Stroke = number[];

export interface Signature {
  kind: "" | "drawn" | "typed" | "refused";
  name: string;
  reason: string;
  strokes: Stroke[];
  /** The record that it was given under. */
  over: string;
}

/** What the server said against a visit. */
export interface SendProblem {
  code: string;
  what: string;
  todo: string;
  at?: string;
}

/** A visit that was not delivered. It holds what it needs of the pack, which may end before the visit does. */
export interface Visit {
  id: string;
  /** The number of the account. */
  owner: string;
  state: "draft" | "finished";
  office: string;
  officer: string;
  business: { uscc: string; name: string };
  premises: Premises;
  permits: PackPermit[];
  permitNo: string;
  how: Identified;
  packAsOf: string;
  startedAt: string;
  purpose: Purpose;
  tasks: Task[];
  order?: number | null;
  drawn?: number | null;
  /** Keys of the items that a recheck asks; null for all. */
  only?: string[] | null;
  officers: [username: string, name: string][];
  /** Of the pack; visits begun with an earlier version have none. */
  absent?: NonNullable<Kit["absent"]>;
  second: string;
  /** Of the pack: the scales of all permit types; visits begun with an earlier version have none. */
  scales?: Kit["grades"];
  /** Those of the permit; visits begun with an earlier version do not hold the words. */
  grades: GradeStep[];
  criticalCap: number;
  checklists: Checklist[];
  /** Ids of the checklists that were chosen. */
  lists: string[];
  /** By key: checklist/item. */
  answers: Record<string, Answer>;
  remarks: string;
  photos: Photo[];
  outcome: Outcome;
  rectifyBy: string;
  fault: Fault;
  signature: Signature;
  finishedAt?: string;
  /** The text that is sent, made once; `hash` is its SHA-256. */
  content?: string;
  hash?: string;
  problem?: SendProblem | null;
}

/** The server's answer to a visit; score and grade are its own. */
export interface Receipt {
  id: string;
  content_sha256: string;
  received_at: string;
  /** Until when the second officer can confirm; null where nobody is waited for, missing in receipts of earlier versions. */
  confirm_until?: string | null;
  state: "counted" | "held" | "set_aside";
  flags: { code: string; text: Both }[];
  photos_missing: string[];
  photos_refused: [sha256: string, code: string][];
  complete: boolean;
  score: number | null;
  grade: string;
  /** The grade within a sentence; receipts of an earlier version do not hold it. */
  grade_words?: Both;
  order: number | null;
}

/** What is left of a visit that the server has. */
export interface Delivered {
  id: string;
  owner: string;
  state: "sent";
  business: Visit["business"];
  premises: Premises;
  finishedAt: string;
  hash: string;
  receipt: Receipt;
}

/** An item to answer; `key` is checklist/item. */
export interface ListedItem {
  list: Checklist;
  item: ChecklistItem;
  key: string;
}

/** How far a visit is; `score` is null while nothing applies, `grade` "" for none. */
export interface Reckoned {
  score: number | null;
  grade: string;
  gradeWords: Both;
  answered: number;
  total: number;
  failed: number;
  criticalFailed: boolean;
}

/** Something that a visit lacks, and the step where it is mended. */
export type Lack = [step: Step, sentence: string];
