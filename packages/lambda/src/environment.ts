import type * as z from "zod";

/**
 * Reads a function's environment once, at init: a function that lacks a variable stops there and says
 * which one, instead of failing at its first photo.
 */
export function parseEnvironment<T>(
  schema: z.ZodType<T>,
  environment: Readonly<Record<string, string | undefined>>,
): T {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const name = issue.path.map(String).join(".");
    return environment[name] === undefined
      ? `${name} is missing`
      : `${name} is ${JSON.stringify(environment[name])}: ${issue.message}`;
  });
  throw new Error(
    `Environment variable ${faults.join("; ")}. Set it in the function's definition.`,
  );
}
