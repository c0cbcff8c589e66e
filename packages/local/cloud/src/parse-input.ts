import type { z } from "zod";
import { AwsError } from "./aws-error.ts";

/** Parses an operation's input; a field that is wrong or not supported is a ValidationException that names it. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new AwsError(
    "ValidationException",
    result.error.issues
      .map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`)
      .join("; "),
  );
}
