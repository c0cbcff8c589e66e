import * as z from "zod";

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

const functionEnvironment = z.object({
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.coerce.number().int().positive(),
});

/**
 * The memory that the function is configured with, in bytes. Lambda tells it in MB of 1,024 squared
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
 */
export function functionMemoryBytes(
  environment: Readonly<Record<string, string | undefined>>,
): number {
  const { AWS_LAMBDA_FUNCTION_MEMORY_SIZE } = parseEnvironment(functionEnvironment, environment);
  return AWS_LAMBDA_FUNCTION_MEMORY_SIZE * 1024 * 1024;
}
