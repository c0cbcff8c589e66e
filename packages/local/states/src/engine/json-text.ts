import type { Json } from "../types.ts";
import { dataLimitBytes } from "./state-failure.ts";

interface Text {
  readonly text: string;
  /** Its length in UTF-8, once it was asked for. */
  bytes?: number;
}

/**
 * The same data goes through many states: its text is made once. That of large data is kept as long as the data is;
 * to remember small data so costs more than to make its text again, and only what was asked for last is kept.
 */
const largeTexts = new WeakMap<object, Text>();
const largeLength = 2048;
let last: Json | undefined;
let lastText: Text = { text: "" };

/** The value as JSON text. */
export const jsonText = (value: Json): string => {
  if (isShort(value)) return JSON.stringify(value);
  return textOf(value).text;
};

/** The length of the value as JSON text in UTF-8. */
export const jsonBytes = (value: Json): number => {
  if (isShort(value)) return Buffer.byteLength(JSON.stringify(value));
  return bytesOf(textOf(value));
};

/** Whether the value is larger than what Step Functions passes on. */
export function exceedsDataLimit(value: Json): boolean {
  if (isShort(value)) return false;
  const text = textOf(value);
  const { length } = text.text;
  // A UTF-16 code unit takes one to three bytes in UTF-8.
  if (length * 3 <= dataLimitBytes) return false;
  return length > dataLimitBytes || bytesOf(text) > dataLimitBytes;
}

/** Numbers, words and short strings: not worth a look at what is known. */
const isShort = (value: Json): value is string | number | boolean | null =>
  value === null ||
  (typeof value === "string" ? value.length < largeLength : typeof value !== "object");

function textOf(value: string | object): Text {
  if (value === last) return lastText;
  const known = typeof value === "string" ? undefined : largeTexts.get(value);
  if (known === undefined) return remember(value, JSON.stringify(value));
  last = value as Json;
  lastText = known;
  return known;
}

function remember(value: string | object, json: string): Text {
  const text: Text = { text: json };
  if (typeof value !== "string" && json.length >= largeLength) largeTexts.set(value, text);
  last = value as Json;
  lastText = text;
  return text;
}

/** A copy of the value that nobody else can change, with its text known; undefined if it is no JSON value. */
export function ownCopy(value: Json): Json | undefined {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) return undefined;
  const copy: Json = JSON.parse(text);
  if (!isShort(copy)) remember(copy, text);
  return copy;
}

function bytesOf(text: Text): number {
  text.bytes ??= Buffer.byteLength(text.text);
  return text.bytes;
}
