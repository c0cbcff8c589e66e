import { createHash } from "node:crypto";
import type { Place } from "../place.ts";

/** The canonical user id of the account, as S3 tells owners: 64 hexadecimal digits. */
export const ownerId = (place: Place): string =>
  createHash("sha256").update(`canonical user of ${place.accountId}`).digest("hex");

/** S3's second request id, `x-amz-id-2`. */
export const hostId = (requestId: string): string =>
  createHash("sha512").update(requestId).digest("base64").slice(0, 76);
