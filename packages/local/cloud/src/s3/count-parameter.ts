import { invalidArgument } from "./s3-error.ts";

/** S3 lists no more at once, whatever is asked for. */
const maximumPage = 1000;

/** Reads a number of a query, such as `max-keys`. */
export function readCount(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null || text === "") return otherwise;
  if (!/^[+-]?\d+$/.test(text)) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  }
  const count = Number(text);
  if (count >= 0 && count <= 2 ** 31 - 1) return count;
  throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, text);
}

export const readPageSize = (query: URLSearchParams, name: string): number =>
  Math.min(readCount(query, name, maximumPage), maximumPage);

/** How keys are written in a listing: as they are, or (for those that XML has no way to say) as in a URL. */
export function readEncoding(query: URLSearchParams): "url" | undefined {
  const type = query.get("encoding-type");
  if (type === null || type === "") return undefined;
  if (type === "url") return type;
  throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
}
