import { createHash } from "node:crypto";
import type { Place } from "../place.ts";

/** The canonical user id of the account, as S3 tells owners: 64 hexadecimal digits. */
export const ownerId = (place: Place): string =>
  createHash("sha256").update(`canonical user of ${place.accountId}`).digest("hex");

/** S3's second request id, `x-amz-id-2`: 76 characters of base64 that say nothing more than the first one. */
export const hostId = (requestId: string): string =>
  Buffer.from(requestId + requestId.slice(0, 21)).toString("base64");
