// What the steps of an application give their script, and what the server answers.

/** The form of a step. */
export interface DraftForm extends HTMLFormElement {
  readonly elements: DraftFields;
}

/** Its hidden fields, by which the page says what it is. */
interface DraftFields extends HTMLFormControlsCollection {
  csrf_token: HTMLInputElement;
  revision: HTMLInputElement;
  page: HTMLInputElement;
  turn: HTMLInputElement;
  origins: HTMLInputElement;
}

/** Where the text of a field came from. */
export type Origin = "typed" | "read" | "register" | "derived";

/** A field that somebody else has changed, or that a card reader filled in. `mine`: what this page typed into it is kept beside the other text. */
export interface Other {
  name: string;
  text: string;
  origin: Origin;
  mine: boolean;
  html: string;
}

/** What the register knows of a field; `asks`: it takes a reason to go on. */
export interface Known {
  html: string;
  asks: boolean;
}

/** What is stored now. `address` is that of the application. */
export interface Kept {
  revision: number;
  saved: string;
  address: string;
  others: Other[];
}

export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
