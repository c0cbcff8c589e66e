import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { AwsError } from "../aws-error.ts";

/** Reads a stream into one buffer; more than `limit` bytes is refused without reading on. */
export async function readAll(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    refuseAbove(limit, size);
    parts.push(part);
  }
  return joined(parts, size);
}

/**
 * The same for a request as it comes from the socket, at less cost: small ones are there at once. What is too large is
 * left unread, and the connection as it is, so that the caller can be told.
 */
export function readMessage(message: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    message.on("data", (part: Buffer) => {
      size += part.length;
      if (size > limit) {
        message.removeAllListeners("data").pause();
        reject(tooLarge(limit));
        return;
      }
      parts.push(part);
    });
    message.once("end", () => resolve(joined(parts, size)));
    message.once("error", reject);
  });
}

function joined(parts: readonly Buffer[], size: number): Buffer {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size);
}

export function refuseAbove(limit: number, size: number): void {
  if (size > limit) throw tooLarge(limit);
}

const tooLarge = (limit: number): AwsError =>
  new AwsError("RequestEntityTooLarge", `The request body is larger than ${limit} bytes.`, {
    status: 413,
  });

/** Passes a body on and fails at its end when its SHA-256 is not the one that was signed. */
export function verifiedBody(source: AsyncIterable<Buffer>, sha256: string): Readable {
  return Readable.from(verify(source, sha256), { objectMode: false });
}

async function* verify(source: AsyncIterable<Buffer>, sha256: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let held: Buffer | undefined;
  for await (const part of source) {
    if (held !== undefined) yield held;
    hash.update(part);
    held = part;
  }
  // The last part is held back until the hash is known: a reader never sees the end of a wrong body.
  if (hash.digest("hex") !== sha256) throw hashMismatch();
  if (held !== undefined) yield held;
}

export const hashMismatch = (): AwsError =>
  new AwsError(
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
