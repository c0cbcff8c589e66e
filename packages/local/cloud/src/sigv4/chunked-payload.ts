import { type KeyObject, timingSafeEqual } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import { type CredentialScope, hmac, sha256Hex } from "./canonical-request.ts";

/** How the chunks of an aws-chunked body are signed; each signature covers the one before. */
export interface ChunkSigning {
  readonly key: KeyObject;
  readonly amzDate: string;
  readonly scope: CredentialScope;
  readonly seedSignature: string;
}

const maximumLineBytes = 8 * 1024;
const maximumChunkBytes = 64 * 1024 * 1024;

/**
 * Takes the framing off an aws-chunked body
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html) and checks chunk signatures when there are any.
 * Trailing headers, such as checksums, are put into `trailers` before the last data is handed out.
 */
export async function* decodeChunkedPayload(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
  signing?: ChunkSigning,
): AsyncGenerator<Buffer> {
  const reader = new ChunkReader(source);
  let previousSignature = signing?.seedSignature ?? "";
  for (;;) {
    const line = await reader.line();
    const [sizeText = "", extension = ""] = line.split(";", 2);
    const size = /^[0-9a-fA-F]{1,8}$/.test(sizeText) ? Number.parseInt(sizeText, 16) : -1;
    if (size < 0 || size > maximumChunkBytes) throw malformed(`bad chunk size "${sizeText}"`);
    const data = await reader.bytes(size);
    if (signing !== undefined) {
      previousSignature = verifyChunk(data, extension, previousSignature, signing);
    }
    if (size === 0) break;
    if ((await reader.line()) !== "") throw malformed("a chunk is longer than it says");
    yield data;
  }
  await readTrailers(reader, trailers, previousSignature, signing);
}

function verifyChunk(
  data: Buffer,
  extension: string,
  previousSignature: string,
  signing: ChunkSigning,
): string {
  const given = /^chunk-signature=([0-9a-f]{64})$/.exec(extension)?.[1];
  const { date, region, service } = signing.scope;
  const expected = hmac(
    signing.key,
    [
      "AWS4-HMAC-SHA256-PAYLOAD",
      signing.amzDate,
      `${date}/${region}/${service}/aws4_request`,
      previousSignature,
      sha256Hex(""),
      sha256Hex(data),
    ].join("\n"),
  );
  return sameSignature(given, expected);
}

async function readTrailers(
  reader: ChunkReader,
  trailers: Map<string, string>,
  previousSignature: string,
  signing: ChunkSigning | undefined,
): Promise<void> {
  let canonical = "";
  let trailerSignature: string | undefined;
  for (;;) {
    const line = await reader.line({ endIsEmpty: true });
    if (line === "") break;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (colon < 1 || trailers.size > 16) throw malformed("bad trailing header");
    if (name === "x-amz-trailer-signature") {
      trailerSignature = value;
      continue;
    }
    trailers.set(name, value);
    canonical += `${name}:${value}\n`;
  }
  if (signing === undefined || canonical === "") return;
  const { date, region, service } = signing.scope;
  sameSignature(
    trailerSignature,
    hmac(
      signing.key,
      [
        "AWS4-HMAC-SHA256-TRAILER",
        signing.amzDate,
        `${date}/${region}/${service}/aws4_request`,
        previousSignature,
        sha256Hex(canonical),
      ].join("\n"),
    ),
  );
}

function sameSignature(given: string | undefined, expected: Buffer): string {
  const bytes = Buffer.from(given ?? "", "hex");
  if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      { status: 403 },
    );
  }
  return given ?? "";
}

const malformed = (why: string): AwsError =>
  new AwsError("InvalidRequest", `The aws-chunked body can't be read: ${why}.`);

/** Hands out lines and runs of bytes from a stream, holding no more than it must. */
class ChunkReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async line(options: { endIsEmpty?: boolean } = {}): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf("\n");
      if (end >= 0) {
        const line = this.#buffer.subarray(0, end).toString("latin1").replace(/\r$/, "");
        this.#buffer = this.#buffer.subarray(end + 1);
        return line;
      }
      if (this.#buffer.length > maximumLineBytes) throw malformed("a line is too long");
      const next = await this.#source.next();
      if (next.done) {
        if (options.endIsEmpty && this.#buffer.length === 0) return "";
        throw new AwsError("IncompleteBody", "The request body ended before its last chunk.");
      }
      this.#buffer =
        this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
    }
  }

  async bytes(size: number): Promise<Buffer> {
    const parts = [this.#buffer];
    let available = this.#buffer.length;
    while (available < size) {
      const next = await this.#source.next();
      if (next.done) {
        throw new AwsError("IncompleteBody", "The request body ended before its last chunk.");
      }
      parts.push(next.value);
      available += next.value.length;
    }
    const all = parts.length === 1 ? this.#buffer : Buffer.concat(parts, available);
    this.#buffer = all.subarray(size);
    return all.subarray(0, size);
  }
}
