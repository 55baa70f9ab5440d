// The inspector's pack as it is read (docs/using/inspectors-pack.md), and what is kept beside it.

import type { Both } from "../ui/types.d.ts";
import type { Kit } from "./kit.d.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

export interface Premises {
  no: number;
  address: string;
}

/** A permit as the register had it. Dates are YYYY-MM-DD; `validTo` null means without end, `checkedOn` null never. */
export interface PackPermit {
  type: { zh: string; en: string };
  /** Its id in the catalogue. */
  typeId: string;
  number: string;
  items: string;
  premisesNo: number;
  status: string;
  validTo: string | null;
  checkedOn: string | null;
  kinds: string[];
}

export interface Business {
  codeNumber: string;
  uscc: string;
  name: string;
  premises: Premises[];
  permits: PackPermit[];
}

/** One place of a business. */
export interface Place {
  business: Business;
  premises: Premises;
}

/** A pack that was read; `kit` is what inspections need of it. */
export interface Pack {
  asOf: Date;
  expires: Date;
  office: { zh: string; en: string };
  kit: Kit | null;
  byUscc: Map<string, Business>;
}

/** A pack of this device: taken at one instant and void from another. */
export interface KeptPack extends Pack {
  takenAt: Date;
  until: Date;
}

/** Why there is no pack. */
export type PackProblem = "none" | "expired" | "clock" | "unreadable";

export type HeldPack = { pack: KeptPack; problem?: undefined } | { pack?: undefined; problem: PackProblem };

/** A scan of the last day: which code, at which place, in milliseconds since 1970. */
export interface Sighting {
  code: string;
  place: string;
  at: number;
}

/** Where the inspector is (the name of a place, see placeOf), and what she scanned. */
export interface Whereabouts {
  here: string | null;
  seen: Sighting[];
}

/** What a scan says of itself. */
export interface Scanned {
  uscc: string;
  codeNumber: string;
  version: number;
}

/** `own`: both places are premises of the code's business, where each may rightly have a print. */
export type PackWarning =
  | { kind: "wrong_premises" }
  | { kind: "no_permit_here" }
  | { kind: "seen_elsewhere"; at: Date; place: string; own: boolean };

/** Why a row cannot be read. */
export type Unavailability = "none" | "expired" | "clock" | "signed_out" | "unreadable";

/** A row at rest: the sealed bytes, and beside them what may be read without a key. */
export interface SealedRow {
  iv: Bytes;
  box: ArrayBuffer;
  [outside: string]: unknown;
}

export type { Both };
