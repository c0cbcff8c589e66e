import type { Fields } from "./fields.ts";

/** Refuses JSONata by its name; then the fields that are its own need no look. */
export function readsJsonPath(fields: Fields): boolean {
  const language = fields.oneOf("QueryLanguage", ["JSONPath", "JSONata"]);
  if (language !== "JSONata") return true;
  fields.refuse(
    "The QueryLanguage 'JSONata' is not supported by this engine",
    fields.at("QueryLanguage"),
  );
  return false;
}

/** Refuses the fields that only JSONata has. */
export function refuseJsonataFields(fields: Fields, names: readonly string[]): void {
  for (const name of names) {
    if (fields.value(name) === undefined) continue;
    fields.refuse(
      `The QueryLanguage is set to 'JSONPath', but field '${name}' is only supported for the 'JSONata' QueryLanguage`,
    );
  }
}
