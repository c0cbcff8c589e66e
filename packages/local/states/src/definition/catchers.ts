import type { ReferencePath } from "../jsonpath/reference-path.ts";
import { type Assign, readAssign } from "./assignments.ts";
import { readErrorNames } from "./error-names.ts";
import type { Fields } from "./fields.ts";
import { readResultPath } from "./path-fields.ts";
import { refuseJsonataFields } from "./query-language.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states */
export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
  /** Where the error goes in the state's input; null lets it fall. */
  readonly resultPath: ReferencePath | null;
  readonly assign: Assign | undefined;
}

export function parseCatchers(state: Fields): Catcher[] {
  const entries = state.items("Catch", { mayBeEmpty: true }) ?? [];
  return entries.map((fields, index) => {
    fields.string("Comment");
    refuseJsonataFields(fields, ["Output"]);
    const errors = readErrorNames(fields, index === entries.length - 1);
    fields.require("Next");
    const catcher: Catcher = {
      errors,
      next: fields.string("Next") ?? "",
      resultPath: readResultPath(fields),
      assign: readAssign(fields),
    };
    fields.close();
    return catcher;
  });
}
