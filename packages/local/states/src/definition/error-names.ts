import type { Fields } from "./fields.ts";

/** Reads ErrorEquals; States.ALL stands alone and in the last entry. */
export function readErrorNames(fields: Fields, last: boolean): readonly string[] {
  fields.require("ErrorEquals");
  const names = fields.array("ErrorEquals");
  if (names === undefined) return [];
  const location = fields.at("ErrorEquals");
  if (names.length === 0) fields.refuse("Value cannot be empty", location);
  const errors = names.filter((name) => typeof name === "string");
  if (errors.length < names.length) fields.refuse("Expected value of type String", location);
  if (errors.includes("States.ALL") && (errors.length > 1 || !last)) {
    fields.refuse("States.ALL must appear alone and at end of list", location);
  }
  return errors;
}
