import { S3Error } from "./s3-error.ts";

/** A run of an object's bytes. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/**
 * Reads a Range header (RFC 9110, section 14.1.2): `bytes=0-9`, `bytes=5-`, `bytes=-3`.
 * @returns undefined for what S3 answers with the whole object: no range, several, or one that it can't read
 * @throws S3Error InvalidRange when the object has none of those bytes
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size) {
    throw new S3Error("InvalidRange", "The requested range is not satisfiable", {
      status: 416,
      fields: { RangeRequested: header, ActualObjectSize: size },
      headers: { "content-range": `bytes */${size}` },
    });
  }
  return { start, length: end - start + 1 };
}

export const contentRange = (range: ByteRange, size: number): string =>
  `bytes ${range.start}-${range.start + range.length - 1}/${size}`;
