import type { Json } from "@darkroom/states";

export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Puts the object in the place of each string that holds one as JSON text, as the recorder has done: strings that are
 * members of the record's own objects, those in lists included, and not strings within what was parsed. A text that a
 * state machine has made of an object stays one, and is not taken for the object.
 */
export function expandJson(value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (typeof one === "string") return [key, one.startsWith("{") ? (parsed(one) ?? one) : one];
      if (Array.isArray(one)) return [key, one.map(expandJson)];
      return [key, expandJson(one)];
    }),
  );
}

/** @returns undefined for what is no JSON */
export function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
