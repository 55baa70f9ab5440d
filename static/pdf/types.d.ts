// What passes between a page and the frame in which a PDF is parsed.

/** What a page asks of the frame: one page drawn, its longest side at most `longest` pixels. */
export interface Asked {
  /** Counted from 1. */
  number: number;
  dpi: number;
  longest: number;
}

/** What the frame is given at the beginning, once: the file, and the code that reads it. */
export interface Given {
  drawing: string;
  parser: string;
  decoder: ArrayBuffer;
  file: ArrayBuffer;
}

/** What the frame answers: the pixels of what was asked for (RGBA) and how many pages there are, or why there are none. */
export type Said =
  | { kind: "page"; number: number; dpi: number; pages: number; width: number; height: number; pixels: ArrayBuffer }
  | { kind: "problem"; name: string };
