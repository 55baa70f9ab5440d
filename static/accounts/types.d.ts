// What the pages of second factors give their script.

/** A form that a passkey can answer. */
export interface PasskeyForm extends HTMLFormElement {
  readonly elements: PasskeyFields;
}

/** Its fields are hidden, but for the name of a new passkey. */
interface PasskeyFields extends HTMLFormControlsCollection {
  csrf_token: HTMLInputElement;
  passkey: HTMLInputElement;
  made: HTMLInputElement;
  name: HTMLInputElement;
}
