// What is read of what a person shows or pastes.

/** What a text is, as `Kind` of licence_qr/domain/publishing/pasted.py. */
export type Kind =
  | "empty"
  | "code"
  | "number"
  | "mistyped"
  | "payment"
  | "wifi"
  | "contact"
  | "health"
  | "credit_code"
  | "web"
  | "text";

/** `texts` are the readings of a code, of which the last is the longest, or the one number; `host` is that of a web address. */
export interface Pasted {
  kind: Kind;
  texts: string[];
  host: string;
}

/** A symbol in a picture. `page` counts from 1, of a PDF only; `off` is how far it is from the middle, in parts of the longer side. */
export interface Seen {
  text: string;
  off: number;
  page: number | null;
}

/** What a file shows: symbols, each text once, and whether pages were left out. */
export interface SeenInFile {
  seen: Seen[];
  leftOut: boolean;
}

/** How a picture is prepared for a second look, in pixels. */
export interface Preparing {
  /** How far the surroundings go, a few modules of the symbol. */
  reach: number;
  /** How far to smooth, or 0. */
  grain: number;
}
