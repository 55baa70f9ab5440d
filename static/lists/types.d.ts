// The signed lists of this device.

import type { Measured } from "../device/types.d.ts";
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
  /** The device's clock beside the server's, when they were last compared. */
  measured?: Measured;
  trustList: TrustList | null;
  allowList: AllowList | null;
  statusList: StatusList | null;
  /** Why the trust list is none. */
  trustProblem?: string;
}
