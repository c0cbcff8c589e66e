import type { Json } from "../types.ts";
import { dataLimitBytes } from "./state-failure.ts";

/** The same data goes through many states: its text is made once, and kept as long as the data is. */
const texts = new WeakMap<object, string>();

/** The value as JSON text. */
export function jsonText(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}

/** Whether the value is larger than what Step Functions passes on. */
export function exceedsDataLimit(value: Json): boolean {
  const { length } = jsonText(value);
  // A UTF-16 code unit takes one to three bytes in UTF-8.
  if (length * 3 <= dataLimitBytes) return false;
  return length > dataLimitBytes || Buffer.byteLength(jsonText(value)) > dataLimitBytes;
}
