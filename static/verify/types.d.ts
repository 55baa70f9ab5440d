// What the verify page holds and says.

import type { Headline } from "../ui/types.d.ts";
import type { AllowList, Bytes, StatusList, TrustList, Vocabulary } from "../verifier/types.d.ts";

/** A signed list as it was fetched; `fetchedAt` is in milliseconds since 1970, `issuedAt` in seconds. */
export interface KeptList {
  bytes: Bytes;
  fetchedAt: number;
  issuedAt?: number;
}

/** The lists of this device: as they were fetched, and what may be believed of them now, else null. */
export interface HeldLists {
  /** The root's uncompressed point, hexadecimal. */
  root: string;
  rootChanged: boolean;
  trust?: KeptList;
  allow?: KeptList;
  status?: KeptList;
  vocabulary?: Vocabulary;
  trustList: TrustList | null;
  allowList: AllowList | null;
  statusList: StatusList | null;
  /** Why the trust list is none. */
  trustProblem?: string;
}

/** A headline by the name of its state. */
export interface Saying extends Headline {
  name: string;
}
