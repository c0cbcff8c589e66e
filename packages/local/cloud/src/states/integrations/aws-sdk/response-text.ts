import { Readable } from "node:stream";
import { readAll } from "../../../http/payload.ts";
import type { ServiceResponse } from "../../../service.ts";

/**
 * The body of a response as text: bytes that are no UTF-8 become replacement characters.
 * @throws AwsError RequestEntityTooLarge above `limit` bytes, without reading on
 */
export async function responseText(
  { body }: ServiceResponse,
  limit = 1024 * 1024,
): Promise<string> {
  if (body === undefined) return "";
  if (typeof body === "string") return body;
  const bytes = body instanceof Readable ? await readAll(body, limit) : body;
  return Buffer.from(bytes).toString("utf8");
}
