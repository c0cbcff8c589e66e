import type { Json } from "@darkroom/states";
import { isObject, isoTime } from "../json-value.ts";

/** How one member of a structure, or of a structure in it, is written the other way. */
export type ConvertMember = (
  name: string,
  value: Json,
) => readonly [name: string, value: Json] | undefined;

/**
 * Rewrites a value member by member, from the outside in. What `member` gives back is gone into, except under the
 * names of `free`, whose members are named by the caller and no part of the API.
 */
export function convert(value: Json, member: ConvertMember, free?: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return value.map((one) => convert(one, member, free));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => {
      const [newName, newValue] = member(name, of) ?? [name, of];
      return [newName, free?.has(name) === true ? newValue : convert(newValue, member, free)];
    }),
  );
}

export const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
export const uncapitalized = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Epoch seconds, as the JSON protocols have times, as text. */
export const secondsAsIso = (value: Json): Json =>
  typeof value === "number" ? isoTime(Math.round(value * 1000)) : value;
