// What is known of the device: its clock, and whether it keeps our pages.

/** The device's clock beside the server's at one moment, both in milliseconds since 1970. */
export interface Measured {
  deviceAt: number;
  trueAt: number;
}

/** How far the device's clock is off, in milliseconds: positive when it is slow. */
export interface WrongClock {
  by: number;
  /** Only that it is slow is proved: by that much or more. */
  atLeast: boolean;
}

/** What time it is, as far as that can be known. */
export interface Reading {
  /** What is judged by. */
  now: Date;
  /** It is this late or later, whatever the device's clock says. */
  proved: Date;
  /** Whether the device's clock was compared with the server's, and nothing says that it was set since. */
  compared: boolean;
  wrong: WrongClock | null;
}

/** What became of keeping the pages: "kept", "not allowed" by this browser, or "not fetched". */
export type Keeping = "kept" | "not allowed" | "not fetched";
