import { crc32 } from "node:zlib";

/** A running cyclic redundancy check. */
interface Crc {
  update(data: Uint8Array): void;
  digest(): Buffer;
}

export function createCrc32(): Crc {
  let value = 0;
  return {
    update(data) {
      value = crc32(data, value);
    },
    digest: () => bigEndian(BigInt(value), 4),
  };
}

/** Reflected polynomials. CRC-64/NVME: NVM Express Command Set specification 1.0c, section 5.2.1.3.4. */
const polynomials = {
  CRC32: { value: 0xedb88320n, width: 32 },
  CRC32C: { value: 0x82f63b78n, width: 32 },
  CRC64NVME: { value: 0x9a6c9329ac4bc9b5n, width: 64 },
} as const;

/** Tables for eight bytes at a step ("slicing by 8"), each entry in a high and a low half of 32 bits. */
function tables(polynomial: bigint): { high: Uint32Array; low: Uint32Array } {
  const high = new Uint32Array(8 * 256);
  const low = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? polynomial : 0n);
    for (let slice = 0; slice < 8; slice++) {
      high[slice * 256 + byte] = Number(value >> 32n);
      low[slice * 256 + byte] = Number(value & 0xffffffffn);
      let next = value;
      for (let bit = 0; bit < 8; bit++) next = (next >> 1n) ^ (next & 1n ? polynomial : 0n);
      value = next;
    }
  }
  return { high, low };
}

let crc32cTable: Uint32Array | undefined;
let crc64Tables: { high: Uint32Array; low: Uint32Array } | undefined;

export function createCrc32c(): Crc {
  crc32cTable ??= tables(polynomials.CRC32C.value).low;
  const table = crc32cTable;
  const at = (slice: number, byte: number): number => table[slice * 256 + byte] as number;
  let value = 0xffffffff;
  return {
    update(data) {
      let crc = value;
      let i = 0;
      for (const end = data.length - 7; i < end; i += 8) {
        const first = crc ^ word(data, i);
        crc =
          at(7, first & 255) ^
          at(6, (first >>> 8) & 255) ^
          at(5, (first >>> 16) & 255) ^
          at(4, first >>> 24) ^
          at(3, data[i + 4] as number) ^
          at(2, data[i + 5] as number) ^
          at(1, data[i + 6] as number) ^
          at(0, data[i + 7] as number);
      }
      for (; i < data.length; i++) crc = at(0, (crc ^ (data[i] as number)) & 255) ^ (crc >>> 8);
      value = crc;
    },
    digest: () => bigEndian(BigInt(~value >>> 0), 4),
  };
}

export function createCrc64Nvme(): Crc {
  crc64Tables ??= tables(polynomials.CRC64NVME.value);
  const { high, low } = crc64Tables;
  let upper = 0xffffffff;
  let lower = 0xffffffff;
  return {
    update(data) {
      let h = upper;
      let l = lower;
      let i = 0;
      for (const end = data.length - 7; i < end; i += 8) {
        const a = l ^ word(data, i);
        const b = h ^ word(data, i + 4);
        const i7 = 7 * 256 + (a & 255);
        const i6 = 6 * 256 + ((a >>> 8) & 255);
        const i5 = 5 * 256 + ((a >>> 16) & 255);
        const i4 = 4 * 256 + (a >>> 24);
        const i3 = 3 * 256 + (b & 255);
        const i2 = 2 * 256 + ((b >>> 8) & 255);
        const i1 = 256 + ((b >>> 16) & 255);
        const i0 = b >>> 24;
        h = xor8(high, i7, i6, i5, i4, i3, i2, i1, i0);
        l = xor8(low, i7, i6, i5, i4, i3, i2, i1, i0);
      }
      for (; i < data.length; i++) {
        const index = (l ^ (data[i] as number)) & 255;
        l = (low[index] as number) ^ ((l >>> 8) | (h << 24));
        h = (high[index] as number) ^ (h >>> 8);
      }
      upper = h;
      lower = l;
    },
    digest: () => bigEndian((BigInt(~upper >>> 0) << 32n) | BigInt(~lower >>> 0), 8),
  };
}

function xor8(
  table: Uint32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  h: number,
): number {
  return (
    (table[a] as number) ^
    (table[b] as number) ^
    (table[c] as number) ^
    (table[d] as number) ^
    (table[e] as number) ^
    (table[f] as number) ^
    (table[g] as number) ^
    (table[h] as number)
  );
}

/** Four bytes, the first one lowest. */
const word = (data: Uint8Array, i: number): number =>
  (data[i] as number) |
  ((data[i + 1] as number) << 8) |
  ((data[i + 2] as number) << 16) |
  ((data[i + 3] as number) << 24);

function bigEndian(value: bigint, bytes: 4 | 8): Buffer {
  const digest = Buffer.alloc(bytes);
  if (bytes === 4) digest.writeUInt32BE(Number(value));
  else digest.writeBigUInt64BE(value);
  return digest;
}

/** One of several runs of bytes that stand one behind the other. */
export interface CrcRun {
  readonly digest: Buffer;
  /** In bytes. */
  readonly length: number;
}

/**
 * The CRC of runs of bytes put together, from the CRC of each: what is known so far is moved past the length of the next
 * run by multiplying with x^(8·length) modulo the polynomial (as zlib's crc32_combine does).
 */
export function combineCrcs(algorithm: keyof typeof polynomials, runs: readonly CrcRun[]): Buffer {
  const { value: polynomial, width } = polynomials[algorithm];
  const top = 1n << BigInt(width - 1);
  // Parts of an upload are mostly of one size: its power is worth keeping.
  const shifts = new Map<number, bigint>();

  function multiply(a: bigint, b: bigint): bigint {
    let product = 0n;
    for (let bit = top, factor = b; bit > 0n; bit >>= 1n) {
      if (a & bit) product ^= factor;
      factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
    }
    return product;
  }

  function shiftPast(length: number): bigint {
    const known = shifts.get(length);
    if (known !== undefined) return known;
    // Bits are reflected: the top bit stands for x^0, the one below for x^1.
    let power = top >> 8n;
    let shift = top;
    for (let left = length; left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) shift = multiply(power, shift);
      power = multiply(power, power);
    }
    shifts.set(length, shift);
    return shift;
  }

  let sum = 0n;
  for (const { digest, length } of runs) {
    sum = multiply(shiftPast(length), sum) ^ BigInt(`0x${digest.toString("hex")}`);
  }
  return bigEndian(sum, width === 32 ? 4 : 8);
}
