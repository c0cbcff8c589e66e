import { invalidArgument, S3Error } from "../s3-error.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html: 20 kB in front of the file. */
const maximumFieldBytes = 20 * 1024;

/** A form as far as its file, which is read when it is wanted. */
export interface Form {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  /** As the browser gave it, without folders. */
  readonly filename: string;
  /** The bytes of the file; what comes behind it is skipped. */
  readonly file: AsyncGenerator<Buffer>;
}

/** The boundary of `multipart/form-data` (RFC 7578); undefined when a body is something else. */
export function readBoundary(contentType: string | undefined): string | undefined {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim());
  if (type.toLowerCase() !== "multipart/form-data") return undefined;
  const text = parameters.find((parameter) => /^boundary=/i.test(parameter))?.slice(9);
  const boundary = text?.replace(/^"(.*)"$/, "$1") ?? "";
  return boundary.length >= 1 && boundary.length <= 70 ? boundary : undefined;
}

/** Reads the fields in front of the file, and no more of it. */
export async function readForm(body: AsyncIterable<Buffer>, boundary: string): Promise<Form> {
  const reader = new BoundedReader(body);
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  const fields = new Map<string, string>();
  await reader.until(delimiter, maximumFieldBytes);
  let left = maximumFieldBytes;
  for (;;) {
    const start = await reader.until(lineEnd, 1024);
    if (start.toString("latin1").trim() === "--") {
      throw invalidArgument("POST requires exactly one file upload per request.", "file", "0");
    }
    if (start.length > 0) throw malformed();
    const part = await readPartHeaders(reader, left);
    if (part.name === "file") {
      return { fields, filename: part.filename, file: fileOf(reader, delimiter) };
    }
    const value = await reader.until(delimiter, left);
    left -= value.length + part.name.length;
    if (left < 0) throw tooLarge();
    if (fields.has(part.name)) {
      throw invalidArgument(
        `POST requires exactly one value for the field ${part.name}.`,
        part.name,
        "2",
      );
    }
    fields.set(part.name, value.toString("utf8"));
  }
}

const lineEnd = Buffer.from("\r\n");

async function readPartHeaders(
  reader: BoundedReader,
  limit: number,
): Promise<{ name: string; filename: string }> {
  let disposition = "";
  for (;;) {
    const line = (await reader.until(lineEnd, limit)).toString("utf8");
    if (line === "") break;
    if (/^content-disposition:/i.test(line)) disposition = line;
  }
  const name = parameter(disposition, "name");
  if (name === undefined || name === "") throw malformed();
  return {
    name: name.toLowerCase(),
    filename: (parameter(disposition, "filename") ?? "").replace(/^.*[/\\]/s, ""),
  };
}

/** Browsers write a quote in a name as %22, some other clients as \". */
function parameter(disposition: string, name: string): string | undefined {
  const [, quoted, bare] =
    new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, "i").exec(disposition) ?? [];
  return quoted?.replace(/\\(["\\])/g, "$1").replaceAll("%22", '"') ?? bare;
}

async function* fileOf(reader: BoundedReader, delimiter: Buffer): AsyncGenerator<Buffer> {
  yield* reader.streamUntil(delimiter);
  await reader.skip();
}

const malformed = (): S3Error =>
  new S3Error(
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
  );

const tooLarge = (): S3Error =>
  new S3Error(
    "MaxPostPreDataLengthExceededError",
    "Your POST request fields preceding the upload file were too large.",
  );

/** Reads up to a delimiter; holds no more in memory than it is told to, or one chunk. */
class BoundedReader {
  readonly #source: AsyncIterator<Buffer>;
  // The first delimiter has no line in front of it.
  #buffer: Buffer = Buffer.from("\r\n");

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** What stands in front of the next delimiter, which is taken too. */
  async until(delimiter: Buffer, limit: number): Promise<Buffer> {
    for (let from = 0; ; ) {
      const at = this.#buffer.indexOf(delimiter, from);
      if (at >= 0) {
        if (at > limit) throw tooLarge();
        const found = this.#buffer.subarray(0, at);
        this.#buffer = this.#buffer.subarray(at + delimiter.length);
        return found;
      }
      if (this.#buffer.length > limit + delimiter.length) throw tooLarge();
      from = Math.max(0, this.#buffer.length - delimiter.length + 1);
      this.#buffer = Buffer.concat([this.#buffer, await this.#next()]);
    }
  }

  /** The same for any length, piece by piece. */
  async *streamUntil(delimiter: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#buffer.indexOf(delimiter);
      if (at >= 0) {
        const last = this.#buffer.subarray(0, at);
        this.#buffer = this.#buffer.subarray(at + delimiter.length);
        if (last.length > 0) yield last;
        return;
      }
      // The end of what has come may be the beginning of a delimiter.
      const safe = this.#buffer.length - delimiter.length + 1;
      if (safe > 0) {
        yield this.#buffer.subarray(0, safe);
        this.#buffer = this.#buffer.subarray(safe);
      }
      this.#buffer = Buffer.concat([this.#buffer, await this.#next()]);
    }
  }

  async skip(): Promise<void> {
    this.#buffer = Buffer.alloc(0);
    while (!(await this.#source.next()).done);
  }

  async #next(): Promise<Buffer> {
    const next = await this.#source.next();
    if (next.done) throw malformed();
    return next.value;
  }
}
