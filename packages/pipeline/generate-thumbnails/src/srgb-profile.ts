/**
 * Whether an ICC profile is one of the many that only say sRGB. Converting such pixels to sRGB changes
 * nothing and takes longer than decoding them.
 * Layout: a header of 128 bytes, a count, and tags of signature, offset and size
 * (https://www.color.org/specification/ICC.1-2022-05.pdf, 7.2 and 7.3).
 */
export function isSrgbProfile(profile: Uint8Array): boolean {
  const bytes = Buffer.from(profile.buffer, profile.byteOffset, profile.byteLength);
  if (bytes.byteLength < 132 || bytes.toString("latin1", 16, 20) !== "RGB ") return false;
  const tags = Math.min(bytes.readUInt32BE(128), Math.floor((bytes.byteLength - 132) / 12));
  for (let tag = 0; tag < tags; tag += 1) {
    const entry = 132 + 12 * tag;
    if (bytes.toString("latin1", entry, entry + 4) !== "desc") continue;
    const start = bytes.readUInt32BE(entry + 4);
    const text = bytes.toString("latin1", start, start + bytes.readUInt32BE(entry + 8));
    // ASCII in version 2 of the format, UTF-16 in version 4.
    return /(^|[^a-z-])sRGB/i.test(text.replaceAll("\0", ""));
  }
  return false;
}
