// What the pieces of the pages take.

/** A text in Chinese and in English. */
export type Both = [zh: string, en: string];

/** What an element can hold: text is never read as markup. */
export type Content = Node | string;

/** What is wrong and what to do, in both languages; facts stand in braces. */
export interface Sentence {
  zh: string;
  en: string;
  do_zh: string;
  do_en: string;
}

/** One of a list to choose from. */
export type Option = [value: string, words: Content | Content[]];

/** How something is shown; the value is a class of site.css. */
export type Tone = "good" | "plain" | "care" | "bad" | "unknown";

/** A state of the one table; before one that is `bare` nobody says "genuine". */
export type State = [zh: string, en: string, tone: Tone, severity: number, bare: boolean];

/** One headline and its tone. */
export interface Headline {
  tone: Tone;
  zh: string;
  en: string;
}

/** The elements of our pages that are more than an HTMLElement, by id. */
export interface ElementsById {
  file: HTMLInputElement;
  "leave-behind": HTMLButtonElement;
  lens: HTMLSelectElement;
  place: HTMLInputElement;
  start: HTMLButtonElement;
  take: HTMLButtonElement;
  text: HTMLInputElement;
  video: HTMLVideoElement;
  zoom: HTMLInputElement;
}
