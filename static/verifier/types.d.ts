// What the verifier takes and gives. A day is a number of days since 1970-01-01; seconds count from 1970-01-01 UTC.

export type Bytes = Uint8Array<ArrayBuffer>;

/** Facts of a refusal, by the names that its sentence uses. */
export type Facts = Record<string, string | number>;

/** Why something was refused: a code of docs/verifying/code-format-refusals.md, and its facts. */
export interface Refused {
  code: string;
  facts: Facts;
}

/** A token taken apart (docs/verifying/code-format.md, section 4); `protectedHeader` and `body` have their CBOR heads. */
export interface TokenParts {
  kid: Bytes;
  protectedHeader: Bytes;
  body: Bytes;
  payload: Bytes;
  signature: Bytes;
}

/** A permit number that a template of the vocabulary writes out. */
export interface TemplateNumber {
  template: number;
  year: number;
  serial: number;
}

/** A permit as it is signed. Both days are included; `validTo` null means without end (长期). */
export interface ClaimedPermit {
  permitType: number;
  number: string | TemplateNumber;
  validFrom: number;
  validTo: number | null;
}

/** What a token says (docs/verifying/code-format.md, section 3). `permitCount` counts permits that are not in the symbol, too. */
export interface Claims {
  codeNumber: string;
  version: number;
  issuedOn: number;
  uscc: string;
  name: string;
  digest: string;
  statusIndex: number;
  permits: ClaimedPermit[];
  permitCount: number;
}

export type KeyPurpose = "licence" | "status" | "log";
export type KeyState = "active" | "retired" | "compromised";

/** A key of the trust list. `kid` is hexadecimal; the three ends are days, included. */
export interface TrustedKey {
  kid: string;
  publicKey: CryptoKey;
  purpose: KeyPurpose;
  state: KeyState;
  notBefore: number;
  signUntil: number;
  verifyUntil: number;
}

/** The trust list (docs/verifying/code-format.md, section 8). `issuedAt` is in seconds. */
export interface TrustList {
  sequence: number;
  issuedAt: number;
  hosts: string[];
  keys: TrustedKey[];
}

/** What stays good of one compromised key: the first 16 bytes of SHA-256 of each token, in order. */
export interface AllowedKey {
  kid: string;
  since: number;
  entries: Bytes;
}

/** The allow-list. `issuedAt` and `since` are in seconds. */
export interface AllowList {
  sequence: number;
  issuedAt: number;
  keys: AllowedKey[];
}

/** The status list (docs/verifying/status-list.md). Instants and `ttl` are in seconds; four entries are in a byte of `entries`. */
export interface StatusList {
  subject: string;
  issuedAt: number;
  expiresAt: number;
  ttl: number;
  entries: Bytes;
}

export type StatusWord = "valid" | "invalid" | "suspended" | "superseded" | "unknown";

/** The status of a print and of the permits in its symbol, as of the list's time. */
export interface Status {
  print: StatusWord;
  permits: StatusWord[];
  asOf: Date | null;
  /** Whether a newer list should be fetched. */
  stale: boolean;
  unknown: boolean;
  because: Refused | null;
}

export interface Names {
  zh: string;
  en: string;
}

/** What is wrong and what to do, in both languages; facts stand in braces. */
export interface RefusalSentence extends Names {
  do_zh: string;
  do_en: string;
}

/** /vocabulary.json, by the numbers that the claims use. */
export interface Vocabulary {
  permit_types?: Record<string, Names>;
  number_templates?: Record<string, string>;
  refusals?: Record<string, RefusalSentence>;
}

/** Claims in words. `notShown` counts permits of the record that the symbol has no room for. */
export interface Described {
  codeNumber: string;
  version: number;
  issuedOn: number;
  uscc: string;
  name: string;
  permits: DescribedPermit[];
  notShown: number;
}

export interface DescribedPermit {
  type: Names;
  number: string;
  validFrom: number;
  validTo: number | null;
}

/** What a text is verified with. */
export interface VerifyOptions {
  trustList: TrustList;
  now: Date;
  statusList?: StatusList | null;
  vocabulary?: Vocabulary | null;
  allowList?: AllowList | null;
}

/** A genuine code; `host` is null for digits alone, `status` is there where a status list was given. */
export interface Genuine {
  ok: true;
  claims: Claims;
  host: string | null;
  kid: string;
  status?: Status;
}

export type Verdict = Genuine | ({ ok: false } & Refused);
