import { createHash, randomFillSync } from "node:crypto";

/**
 * Ids of versions and uploads look random and don't sort, as AWS's. They hold the sequence of what they name, so that a
 * listing can go on behind something that has been deleted meanwhile, and an id that was never given out is known as such.
 */
const randomBytes = 16;

export function opaqueId(sequence: number): string {
  const id = Buffer.alloc(randomBytes + 8);
  randomFillSync(id, 0, randomBytes);
  id.writeBigUInt64BE(BigInt(sequence) ^ mask(id), randomBytes);
  // A leading hyphen would look like an option to a command line.
  return id.toString("base64url").replaceAll("-", ".");
}

/** undefined for what can't be such an id. */
export function sequenceOf(text: string): number | undefined {
  if (!/^[A-Za-z0-9._]{32}$/.test(text)) return undefined;
  const id = Buffer.from(text.replaceAll(".", "-"), "base64url");
  const sequence = id.readBigUInt64BE(randomBytes) ^ mask(id);
  return sequence < 2n ** 48n ? Number(sequence) : undefined;
}

/** The id of a version in a bucket that keeps none. */
export const nullVersionId = "null";

export const isVersionId = (text: string): boolean =>
  text === nullVersionId || sequenceOf(text) !== undefined;

const mask = (id: Buffer): bigint =>
  createHash("sha256").update(id.subarray(0, randomBytes)).digest().readBigUInt64BE(0);
