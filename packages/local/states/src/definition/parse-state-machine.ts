import { isObject } from "../jsonpath/path.ts";
import { refuseInExpress } from "../states/express-limits.ts";
import type { Json } from "../types.ts";
import { duplicateKeys } from "./duplicate-keys.ts";
import { Fields } from "./fields.ts";
import { type Diagnostic, InvalidDefinitionError } from "./invalid-definition-error.ts";
import type { StateMachine } from "./machine.ts";
import { parseStates } from "./parse-states.ts";
import { readsJsonPath } from "./query-language.ts";
import type { ParseOptions } from "./state-context.ts";

/**
 * Reads and checks a definition in Amazon States Language (JSON text).
 * @throws InvalidDefinitionError with all that is wrong with it: what AWS refuses, and what this engine doesn't support
 */
export function parseStateMachine(definition: string, options: ParseOptions = {}): StateMachine {
  const object = parseJson(definition);
  const diagnostics: Diagnostic[] = duplicateKeys(definition).map((location) => {
    const name = location.slice(location.lastIndexOf("/") + 1);
    return /\/States\/[^/]*$/.test(location)
      ? { code: "DUPLICATE_STATE_NAME", message: `Duplicate State name: ${name}`, location }
      : { code: "INVALID_JSON_DESCRIPTION", message: `Duplicate field '${name}'`, location };
  });
  const fields = new Fields(object, "", diagnostics);
  fields.string("Comment");
  if (fields.has("Version")) fields.oneOf("Version", ["1.0"]);
  if (!readsJsonPath(fields)) throw new InvalidDefinitionError(diagnostics);
  const timeoutSeconds = fields.integer("TimeoutSeconds", { minimum: 0, maximum: 99_999_999 });
  if (options.type === "EXPRESS") refuseInExpress(fields);
  const mapProcessors = new Map<string, StateMachine>();
  const branch = parseStates(fields, options, mapProcessors);
  fields.close();
  if (diagnostics.length > 0) throw new InvalidDefinitionError(diagnostics);
  return { branch, timeoutSeconds, mapProcessors };
}

function parseJson(definition: string): { readonly [key: string]: Json } {
  if (definition.trim() === "") {
    throw new InvalidDefinitionError([
      { code: "MISSING_DESCRIPTION", message: "The definition is empty" },
    ]);
  }
  let value: Json;
  try {
    value = JSON.parse(definition);
  } catch (error) {
    throw new InvalidDefinitionError([
      {
        code: "INVALID_JSON_DESCRIPTION",
        message: error instanceof Error ? error.message : String(error),
      },
    ]);
  }
  if (isObject(value)) return value;
  throw new InvalidDefinitionError([
    { code: "SCHEMA_VALIDATION_FAILED", message: "Expected value of type Object" },
  ]);
}
