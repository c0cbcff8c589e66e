import { closeSync, readSync, read as readWithCallback } from "node:fs";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { AwsError } from "../../aws-error.ts";
import type { ByteRange } from "../byte-range.ts";
import { largestCached } from "./blob-cache.ts";
import type { BlobStore } from "./blob-store.ts";

const read = promisify(readWithCallback);

/** A run of an object's bytes in one file. */
export interface Segment {
  /** An empty one has none. */
  readonly blob: string | undefined;
  readonly size: number;
}

/**
 * Up to largestCached is read on the spot and sent as it is: with a warm page cache that is faster than to hand it to
 * another thread. More is streamed in pieces of this size.
 */
const readSize = 512 * 1024;

/**
 * Reads a range of an object's bytes. The files stay there until it has been read, whatever becomes of the object.
 * The first file is opened at once: one that is missing is an error, not a torn answer.
 */
export function readBody(
  blobs: BlobStore,
  segments: readonly Segment[],
  range: ByteRange,
): Uint8Array | Readable {
  if (range.length === 0) return new Uint8Array();
  const pieces = slice(segments, range);
  const [first] = pieces;
  if (first === undefined) throw new Error("a range that is not empty lies in a file");
  const single = pieces.length === 1;
  const known = single ? blobs.cache.get(first.blob) : undefined;
  if (known !== undefined) return known.subarray(first.start, first.start + first.length);
  const file = blobs.open(first.blob);
  if (!single || first.length > largestCached) return new PieceStream(blobs, pieces, file);
  try {
    const data = Buffer.allocUnsafe(first.length);
    for (let offset = 0; offset < data.length; ) {
      const count = readSync(file, data, offset, data.length - offset, first.start + offset);
      offset += checkedCount(count);
    }
    if (segments.length === 1 && data.length === segments[0]?.size) {
      blobs.cache.put(first.blob, data);
    }
    return data;
  } finally {
    closeSync(file);
  }
}

/** What is to be read of one file. */
interface Piece extends ByteRange {
  readonly blob: string;
}

function slice(segments: readonly Segment[], range: ByteRange): Piece[] {
  const pieces: Piece[] = [];
  const end = range.start + range.length;
  let offset = 0;
  for (const { blob, size } of segments) {
    const from = Math.max(range.start, offset);
    const to = Math.min(end, offset + size);
    if (blob !== undefined && from < to) {
      pieces.push({ blob, start: from - offset, length: to - from });
    }
    offset += size;
  }
  return pieces;
}

function checkedCount(bytesRead: number): number {
  if (bytesRead > 0) return bytesRead;
  // AWS has no such error: what is gone is not to be tried again as an outage of S3 is.
  throw new AwsError("ObjectDamaged", "The object can't be read whole: see the log.", {
    status: 500,
    cause: new Error("a blob is shorter than the database says"),
  });
}

class PieceStream extends Readable {
  readonly #blobs: BlobStore;
  readonly #pieces: Piece[];
  readonly #unpin: () => void;
  #file: number | undefined;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(blobs: BlobStore, pieces: Piece[], file: number) {
    super({ highWaterMark: readSize });
    this.#blobs = blobs;
    this.#pieces = pieces;
    this.#file = file;
    this.#unpin = blobs.pin(pieces.map(({ blob }) => blob));
  }

  override _read(): void {
    this.#reading = this.#next().then(
      (data) => this.push(data),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #next(): Promise<Uint8Array | null> {
    const [piece] = this.#pieces;
    if (piece === undefined) return null;
    const { blob, start, length } = piece;
    this.#file ??= this.#blobs.open(blob);
    const data = Buffer.allocUnsafe(Math.min(readSize, length));
    const { bytesRead } = await read(this.#file, data, 0, data.length, start);
    const count = checkedCount(bytesRead);
    if (count < length) {
      this.#pieces[0] = { blob, start: start + count, length: length - count };
    } else {
      this.#pieces.shift();
      this.#closeFile();
    }
    return data.subarray(0, count);
  }

  #closeFile(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // A descriptor must not be closed, and its number given to another file, while a read of it is under way.
    void this.#reading.finally(() => {
      this.#closeFile();
      this.#unpin();
      callback(error);
    });
  }
}
