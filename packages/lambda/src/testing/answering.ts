import { Readable } from "node:stream";

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** A stream is passed on as it is: its length is for `headers` to say. */
  body?: string | Uint8Array | Readable;
}

/** What of an SDK client's request a test wants to see. */
export interface Request {
  method: string;
  path: string;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  /** As text. */
  body: string;
}

/**
 * The configuration of a real SDK client that is answered in memory, so that a test covers how the SDK
 * writes requests and reads answers and errors: `new S3Client(answering(() => ({ status: 404 })))`.
 */
export function answering(answer: (request: Request) => Answer | Promise<Answer>) {
  return {
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: Omit<Request, "body"> & { body?: string | Uint8Array }) {
        const text =
          request.body instanceof Uint8Array
            ? new TextDecoder().decode(request.body)
            : (request.body ?? "");
        const { status = 200, headers = {}, body = "" } = await answer({ ...request, body: text });
        if (body instanceof Readable) return { response: { statusCode: status, headers, body } };
        const bytes = Buffer.from(body);
        return {
          response: {
            statusCode: status,
            headers: { "content-length": String(bytes.byteLength), ...headers },
            body: Readable.from([bytes]),
          },
        };
      },
    },
  };
}
