import { z } from "zod";
import { invalidValue, missingParameter } from "./errors.ts";
import { type Dimension, units } from "./metric.ts";

/** Parses an operation's input; what is wrong, missing or not supported is an error that names it. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = issue?.path.join(".") || "input";
  if (issue?.code === "invalid_type" && issue.input === undefined) throw missingParameter(name);
  throw invalidValue(`${name}: ${issue?.message}`);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
const dimension = z.strictObject({
  Name: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/, "needs ASCII characters")
    .refine((name) => !name.startsWith(":"), "can't begin with a colon"),
  Value: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/, "needs ASCII characters"),
});

export const dimensions = z
  .array(dimension)
  .max(30)
  .refine(isDistinct, "has a dimension twice")
  .default([]);

export const dimensionName = dimension.shape.Name;
export const dimensionValue = dimension.shape.Value;

export const namespace = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^:\p{C}][^\p{C}]*$/u, "is no valid namespace");
export const metricName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{C}]*$/u, "is no valid name");
export const unit = z.enum(units);
/** Epoch seconds, up to the year 9999. */
export const timestamp = z.number().min(0).max(253_402_300_799);

/** High-resolution periods of 1 to 30 seconds are not kept here, and refused. */
export const period = z
  .int()
  .min(60, "has to be at least 60: the local cloud keeps minutes, no seconds")
  .max(86_400)
  .multipleOf(60);

function isDistinct(list: readonly Dimension[]): boolean {
  return new Set(list.map(({ Name }) => Name)).size === list.length;
}
