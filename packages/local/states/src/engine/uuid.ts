import { createHash } from "node:crypto";

/** A random UUID, from numbers in [0, 1): https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-4 */
export function uuid(draw: () => number): string {
  const bytes = Buffer.alloc(16);
  for (let at = 0; at < 16; at += 4) bytes.writeUInt32BE(Math.floor(draw() * 2 ** 32), at);
  return uuidOf(bytes);
}

/** The same UUID for the same text. */
export const uuidFrom = (text: string): string =>
  uuidOf(createHash("sha256").update(text).digest().subarray(0, 16));

/** 16 bytes as a UUID of version 4, variant 1. */
function uuidOf(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
