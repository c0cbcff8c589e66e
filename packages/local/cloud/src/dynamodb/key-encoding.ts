import type { ScalarType } from "./attribute-value.ts";
import { parseDecimal } from "./decimal.ts";

/** A key as the store orders it. */
export interface EncodedKey {
  /** The slot of the partition key's value (2 bytes), then the value. */
  readonly partition: Buffer;
  /** The sort key's value; empty for a table without one. */
  readonly sort: Buffer;
}

/** The number of places that items are spread over; a segment of a parallel scan is a range of them. */
export const slots = 65_536;

/** Sort keys take 1,024 bytes, so this is above all of them. */
export const aboveAllSortKeys: Buffer = Buffer.alloc(1_025, 0xff);

/** Partition keys take 2,048 bytes after their slot, so this is above all of them. */
export const aboveAllPartitions: Buffer = Buffer.alloc(2_051, 0xff);

export const emptyKey: Buffer = Buffer.alloc(0);

/** The bytes of a key's value, in whose order DynamoDB sorts: UTF-8, the binary itself, or by the number. */
export function encodeKeyValue(type: ScalarType, value: string): Buffer {
  if (type === "S") return Buffer.from(value);
  return type === "B" ? Buffer.from(value, "base64") : encodeNumber(value);
}

export function encodePartition(value: Buffer): Buffer {
  const partition = Buffer.allocUnsafe(value.length + 2);
  partition.writeUInt16BE(slotOf(value));
  value.copy(partition, 2);
  return partition;
}

/** The first `slot` or a later one begins with these bytes. */
export function slotPrefix(slot: number): Buffer {
  // The one past the last has no two bytes.
  if (slot >= slots) return aboveAllPartitions;
  const prefix = Buffer.allocUnsafe(2);
  prefix.writeUInt16BE(slot);
  return prefix;
}

/** The smallest byte string above `bytes`. */
export const successor = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(1)]);

/** The smallest byte string above all that begin with `prefix`. */
export function afterPrefix(prefix: Buffer): Buffer {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return aboveAllSortKeys;
  const after = Buffer.from(prefix.subarray(0, length));
  after[length - 1] = (after[length - 1] ?? 0) + 1;
  return after;
}

/** FNV-1a with the end of MurmurHash3, which spreads keys evenly that differ only in their last digits. */
function slotOf(value: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of value) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0xffff;
}

const negativeMark = 0x00;
const zeroMark = 0x01;
const positiveMark = 0x02;

/**
 * Invariant: the order of the encodings is the order of the numbers. After the sign come the exponent (-130 to 125 is
 * one byte) and the digits in pairs from 1 up, so that a shorter row of digits is the smaller one. A negative number
 * has every byte turned round and an end mark above all pairs, which makes the shorter row the greater one.
 */
function encodeNumber(number: string): Buffer {
  const { negative, digits, exponent } = parseDecimal(number);
  if (digits === "") return Buffer.of(zeroMark);
  const pairs = Math.ceil(digits.length / 2);
  const encoded = Buffer.allocUnsafe(2 + pairs + (negative ? 1 : 0));
  encoded[0] = negative ? negativeMark : positiveMark;
  encoded[1] = turned(exponent + 130, negative);
  for (let pair = 0; pair < pairs; pair++) {
    const value = Number(digits.slice(pair * 2, pair * 2 + 2).padEnd(2, "0")) + 1;
    encoded[2 + pair] = turned(value, negative);
  }
  if (negative) encoded[encoded.length - 1] = 0xff;
  return encoded;
}

const turned = (byte: number, negative: boolean): number => (negative ? 0xff - byte : byte);
