import type { Server, ServerOptions, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** What one connection, and all of them, may take. */
export interface ConnectionLimits {
  /** Request line and headers together, in bytes. S3's longest key, percent-encoded, takes 3 KiB, a session token 1 KiB. */
  readonly headerBytes: number;
  /** How long the headers of a request may take to come. */
  readonly headersMs: number;
  /** How long nothing of a body may come. A whole upload may take as long as it takes. */
  readonly idleMs: number;
  /** How long a connection stays open for the next request. */
  readonly keepAliveMs: number;
  /** An SDK client opens 50, and a busy pipeline has some thirty processes with one or two in use. */
  readonly connections: number;
}

const usual: ConnectionLimits = {
  headerBytes: 32 * 1024,
  headersMs: 20_000,
  idleMs: 30_000,
  keepAliveMs: 30_000,
  connections: 2_000,
};

export function serverLimits(changes: Partial<ConnectionLimits> = {}): ServerOptions {
  const limits = { ...usual, ...changes };
  return {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    // That of Node would end an upload after five minutes; a body that stalls is found by the socket's own timeout.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
    keepAliveTimeout: limits.keepAliveMs,
  };
}

/** Ends connections that send nothing of what they began, or what is no HTTP, with an answer where one can be given. */
export function boundConnections(server: Server, changes: Partial<ConnectionLimits> = {}): void {
  const limits = { ...usual, ...changes };
  const responses = new WeakMap<Duplex, ServerResponse>();
  server.maxConnections = limits.connections;
  server.timeout = limits.idleMs;
  // Headers are counted where they are read, and not dropped in silence above some number.
  server.maxHeadersCount = 0;
  server.on("request", (message, response) => {
    responses.set(message.socket, response);
    // Without a listener the socket would be closed: a call that takes its time, as to wait for a message, is not idle.
    response.on("timeout", endIfStalled);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const begun = responses.get(socket);
    const end = (): void => {
      if (socket.writable) {
        socket.write(rawAnswer(...(clientErrors.get(error.code ?? "") ?? badRequest)));
      }
      socket.destroy();
    };
    if (begun === undefined || begun.closed) end();
    // What is wrong came after a whole request, which is answered first.
    else if (begun.req.complete) begun.once("close", end);
    // What is wrong is the body of this request, whose answer must not be mixed up with another.
    else if (begun.headersSent) socket.destroy();
    else end();
  });
}

function endIfStalled(this: ServerResponse): void {
  if (this.req.complete) return;
  if (!this.headersSent) this.socket?.write(rawAnswer(...requestTimeout));
  this.destroy();
}

type Answer = readonly [code: string, message: string];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: all of them with status 400. */
const requestTimeout: Answer = [
  "RequestTimeout",
  "Your socket connection to the server was not read from or written to within the timeout period.",
];
const badRequest: Answer = ["BadRequest", "An error occurred when parsing the HTTP request."];
const clientErrors: ReadonlyMap<string, Answer> = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", requestTimeout],
  [
    "HPE_HEADER_OVERFLOW",
    [
      "RequestHeaderSectionTooLarge",
      "Your request header section exceeds the maximum allowed size.",
    ],
  ],
]);

/** What is no request has no service; it is answered as S3 does. */
function rawAnswer(code: string, message: string): string {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return `HTTP/1.1 400 Bad Request\r\nContent-Type: application/xml\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
