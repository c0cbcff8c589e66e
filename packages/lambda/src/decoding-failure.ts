/**
 * What libvips and its decoders say when they give up on a picture, in words for the person who sent
 * it: first match wins. The patterns are messages seen with sharp 0.35 on real files.
 */
const explanations: readonly (readonly [pattern: RegExp, explanation: string])[] = [
  [
    /premature end of JPEG|unexpected end|not enough data|truncated/i,
    "the file is cut off: a part of the picture is missing",
  ],
  [/exceeds pixel limit|exceeds? .*limit/i, "the picture has more pixels than can be processed"],
  [
    /HEVC|compression format has not been built in/i,
    "the picture is compressed with HEVC (HEIC), which is not supported yet",
  ],
  [/Input Buffer is empty/i, "the file is empty"],
  [/unsupported image format/i, "the file is no picture that can be read"],
  [/corrupt header/i, "the file starts like a picture, but its header is damaged"],
];

/** Always an answer for a person: the decoder's own message may be empty, or `Unknown error`. */
export function explainDecodingFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const known = explanations.find(([pattern]) => pattern.test(message));
  return known === undefined ? "the picture's data is damaged or cut off" : known[1];
}

/**
 * Faults of files that every viewer shows nevertheless, e.g. bytes between JPEG segments or a broken
 * EXIF block, and that `failOn: "warning"` refuses. A picture that misses a part of itself isn't one.
 */
const viewable: readonly RegExp[] = [
  /extraneous bytes before marker/i,
  /exif/i,
  /Invalid SOS parameters/i,
  /inconsistent progression sequence/i,
  /Unknown Adobe color transform/i,
  /Unsupported marker type/i,
  /(iCCP|sRGB|cHRM|gAMA|tEXt|iTXt|zTXt|eXIf|pHYs|tIME)\b/,
];

/** Whether a second, lenient decoding (`failOn: "none"`) may show the whole picture. */
export function isViewableAnyway(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  return (
    !/premature end|truncated/i.test(message) && viewable.some((pattern) => pattern.test(message))
  );
}
