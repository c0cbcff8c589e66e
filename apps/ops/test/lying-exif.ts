/** A tag's number, its type (2 text, 4 a number of 32 bits, 5 rationals, 7 bytes) and its value's bytes. */
type Tag = readonly [tag: number, type: 2 | 4 | 5 | 7, value: Buffer];

const text = (value: string) => Buffer.from(`${value}\0`, "latin1");
function longs(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

/** In bytes, of one value of a type. */
const sizes = { 2: 1, 4: 4, 5: 8, 7: 1 } as const;

/** One directory that starts at `offset`, followed by the values that don't fit into it. */
function directory(offset: number, tags: readonly Tag[]): Buffer {
  const entries = Buffer.alloc(2 + tags.length * 12 + 4);
  entries.writeUInt16LE(tags.length);
  const values: Buffer[] = [];
  let valueOffset = offset + entries.byteLength;
  for (const [index, [tag, type, value]] of tags.entries()) {
    const entry = 2 + index * 12;
    entries.writeUInt16LE(tag, entry);
    entries.writeUInt16LE(type, entry + 2);
    entries.writeUInt32LE(value.byteLength / sizes[type], entry + 4);
    if (value.byteLength <= 4) {
      value.copy(entries, entry + 8);
    } else {
      entries.writeUInt32LE(valueOffset, entry + 8);
      values.push(value);
      valueOffset += value.byteLength;
    }
  }
  return Buffer.concat([entries, ...values]);
}

/**
 * EXIF that no camera should write: a date in month 13, a place at 999/0 degrees, a bell and a NUL in the
 * maker's name, and maker notes of this many bytes.
 */
export function lyingExif(makerNoteBytes: number): Buffer {
  const first = (exifOffset: number, gpsOffset: number) =>
    directory(8, [
      [0x010f, 2, text("Evil\x07\x1b Corp\0hidden")],
      [0x0110, 2, text("\x01\x02Model\x7f X")],
      [0x8769, 4, longs(exifOffset)],
      [0x8825, 4, longs(gpsOffset)],
    ]);
  const exifOffset = 8 + first(0, 0).byteLength;
  const exif = directory(exifOffset, [
    [0x9003, 2, text("2024:13:45 99:99:99")],
    [0x927c, 7, Buffer.alloc(makerNoteBytes, 0xee)],
  ]);
  const gpsOffset = exifOffset + exif.byteLength;
  const gps = directory(gpsOffset, [
    [0x0001, 2, text("N")],
    [0x0002, 5, longs(999, 0, 999, 0, 999, 0)],
    [0x0003, 2, text("Q")],
    [0x0004, 5, longs(1, 1, 2, 1, 3, 1)],
  ]);
  const header = Buffer.from("II*\0\x08\0\0\0", "latin1");
  return Buffer.concat([header, first(exifOffset, gpsOffset), exif, gps]);
}
