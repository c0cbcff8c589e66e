import { z } from "zod";
import { invalidParameterValue, missingParameter } from "./errors.ts";

/** Parses an operation's input in SQS's words; a parameter that isn't supported is an error that names it. */
export function parseParameters<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join(".") ?? "";
  if (issue?.code === "unrecognized_keys") {
    const name = [...issue.path, issue.keys[0]].join(".");
    throw invalidParameterValue(`The local cloud's SQS does not support the parameter ${name}.`);
  }
  if (issue?.code === "invalid_type" && issue.input === undefined) throw missingParameter(path);
  throw invalidParameterValue(
    `Value ${JSON.stringify(issue?.input)} for parameter ${path} is invalid. Reason: ${issue?.message}`,
  );
}

/** Values by names that callers choose. zod would leave one named `__proto__` out without a word. */
export const byName = <Value extends z.ZodType>(value: Value) =>
  z.preprocess(
    (input) => {
      if (typeof input === "object" && input !== null && Object.hasOwn(input, "__proto__")) {
        throw invalidParameterValue("The local cloud's SQS does not support the name __proto__.");
      }
      return input;
    },
    z.record(z.string(), value),
  );
