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

/**
 * `texts` are the readings of a code, of which the last is the longest, or the one number; `host` is that of a web address;
 * `others` are the further codes, or numbers, of the text, each with its readings.
 */
export interface Pasted {
  kind: Kind;
  texts: string[];
  host: string;
  others: string[][];
}

/** A symbol in a picture. `page` counts from 1, of a PDF only; `off` is how far it is from the middle, in parts of the longer side. */
export interface Seen {
  text: string;
  off: number;
  page: number | null;
}

/** What a look shows: symbols, each text once, the one nearest the middle first, and whether there are more than were read. */
export interface Look {
  seen: Seen[];
  more: boolean;
}

/** What a file shows, and whether pages were left out. */
export interface SeenInFile extends Look {
  leftOut: boolean;
}

/** How a picture is prepared for a second look, in pixels. */
export interface Preparing {
  /** How far the surroundings go, a few modules of the symbol. */
  reach: number;
  /** How far to smooth, or 0. */
  grain: number;
}
