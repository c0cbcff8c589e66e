import type { z } from "zod";
import { invalidParameter } from "./errors.ts";

/** Parses an operation's input with the error that CloudWatch Logs has; a parameter that isn't supported is named. */
export function parseLogsInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { issues } = result.error;
  throw invalidParameter(
    `${issues.length} validation error${issues.length === 1 ? "" : "s"} detected: ${issues
      .map(({ path, message }) => `${path.join(".") || "input"}: ${message}`)
      .join("; ")}`,
  );
}
