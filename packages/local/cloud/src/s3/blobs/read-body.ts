import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ByteRange } from "../byte-range.ts";
import type { BlobStore } from "./blob-store.ts";

/** A run of an object's bytes in one file. */
export interface Segment {
  /** An empty one has none. */
  readonly blob: string | undefined;
  readonly size: number;
}

/** Up to so much is read at once and sent as it is; more is streamed in pieces of this size. */
const readSize = 512 * 1024;

/**
 * Reads a range of an object's bytes. The files stay there until it has been read, whatever becomes of the object.
 * The first file is opened before this resolves: one that is missing is an error, not a torn answer.
 */
export async function readBody(
  blobs: BlobStore,
  segments: readonly Segment[],
  range: ByteRange,
): Promise<Uint8Array | Readable> {
  if (range.length === 0) return new Uint8Array();
  const pieces = slice(segments, range);
  const unpin = blobs.pin(pieces.map((piece) => piece.blob));
  const [first] = pieces;
  if (first === undefined) throw new Error("a range that is not empty lies in a file");
  let file: FileHandle | undefined;
  try {
    file = await blobs.open(first.blob);
    if (pieces.length > 1 || first.length > readSize) {
      return new SegmentStream(blobs, pieces, file, unpin);
    }
    const data = Buffer.allocUnsafe(first.length);
    await readAll(file, data, first.start);
    await file.close();
    unpin();
    return data;
  } catch (error) {
    await file?.close();
    unpin();
    throw error;
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
    if (blob !== undefined && from < to)
      pieces.push({ blob, start: from - offset, length: to - from });
    offset += size;
  }
  return pieces;
}

async function readAll(file: FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < data.length; ) {
    const { bytesRead } = await file.read(data, offset, data.length - offset, position + offset);
    if (bytesRead === 0) throw new Error("a blob is shorter than the database says");
    offset += bytesRead;
  }
}

class SegmentStream extends Readable {
  readonly #blobs: BlobStore;
  readonly #pieces: Piece[];
  readonly #unpin: () => void;
  #file: FileHandle | undefined;

  constructor(blobs: BlobStore, pieces: Piece[], file: FileHandle, unpin: () => void) {
    super({ highWaterMark: readSize });
    this.#blobs = blobs;
    this.#pieces = pieces;
    this.#file = file;
    this.#unpin = unpin;
  }

  override _read(): void {
    this.#next().then(
      (data) => this.push(data),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #next(): Promise<Uint8Array | null> {
    const [piece] = this.#pieces;
    if (piece === undefined) return null;
    const file = this.#file ?? (await this.#blobs.open(piece.blob));
    if (this.destroyed) {
      await file.close();
      return null;
    }
    this.#file = file;
    const data = Buffer.allocUnsafe(Math.min(readSize, piece.length));
    await readAll(file, data, piece.start);
    if (data.length < piece.length) {
      this.#pieces[0] = {
        blob: piece.blob,
        start: piece.start + data.length,
        length: piece.length - data.length,
      };
    } else {
      this.#pieces.shift();
      this.#file = undefined;
      await file.close();
    }
    return data;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const file = this.#file;
    this.#file = undefined;
    this.#unpin();
    // FileHandle.close waits for a read that is under way.
    (file?.close() ?? Promise.resolve()).then(() => callback(error), callback);
  }
}
