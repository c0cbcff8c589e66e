import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ServiceResponse } from "../service.ts";

/** Writes an answer; a small one goes out with its headers in one piece. Resolves when nothing is left to be done here. */
export async function respond(
  response: ServerResponse,
  answer: ServiceResponse,
  requestIdHeader: string,
  requestId: string,
): Promise<void> {
  const { body } = answer;
  response.writeHead(answer.status, allHeaders(answer, requestIdHeader, requestId));
  if (body instanceof Readable) await pipeline(body, response);
  else response.end(body);
}

/** How long a body that nobody wants any more is taken in, so that who sends it comes to read the answer. */
const lingerMs = 5_000;

/**
 * Writes the answer to a request whose body has not come yet: a refusal. The connection is of no use after it. But were it
 * closed at once, the system would throw away an answer that the client, still sending, has not read
 * (RFC 9112, section 9.6).
 */
export async function respondEarly(
  message: IncomingMessage,
  response: ServerResponse,
  answer: ServiceResponse,
  requestIdHeader: string,
  requestId: string,
): Promise<void> {
  const headers = allHeaders(answer, requestIdHeader, requestId);
  response.writeHead(answer.status, { connection: "close", ...headers });
  if (answer.body === undefined || answer.body instanceof Readable) response.flushHeaders();
  else response.write(answer.body);
  await new Promise<void>((resolve) => {
    const overdue = setTimeout(resolve, lingerMs);
    message.once("close", () => {
      clearTimeout(overdue);
      resolve();
    });
    message.on("error", () => {});
    // A reader that gave up may still be listening, which would keep the data from flowing.
    message.removeAllListeners("readable").on("data", () => {});
  });
  response.end();
}

function allHeaders(
  { headers, body }: ServiceResponse,
  requestIdHeader: string,
  requestId: string,
): Record<string, string | number> {
  const all: Record<string, string | number> = { [requestIdHeader]: requestId };
  if (typeof body === "string") all["content-length"] = Buffer.byteLength(body);
  else if (body instanceof Uint8Array) all["content-length"] = body.length;
  return Object.assign(all, headers);
}
