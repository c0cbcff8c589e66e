import { z } from "zod";

const oneOrMany = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (typeof value === "string" ? [value] : value));

const operators = [
  "StringEquals",
  "StringLike",
  "StringNotEquals",
  "ArnEquals",
  "ArnLike",
  "Bool",
] as const;

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z
    .union([
      z.literal("*"),
      z.strictObject({ Service: oneOrMany.optional(), AWS: oneOrMany.optional() }),
    ])
    .optional(),
  Action: oneOrMany,
  Resource: oneOrMany.optional(),
  Condition: z.partialRecord(z.enum(operators), z.record(z.string(), oneOrMany)).optional(),
});

const document = z.strictObject({
  Version: z.literal("2012-10-17"),
  Id: z.string().optional(),
  Statement: z.union([statement.transform((one) => [one]), z.array(statement)]),
});

export type ConditionOperator = (typeof operators)[number];
export type Statement = z.infer<typeof statement>;
export type Policy = z.infer<typeof document>;

/**
 * Reads a policy document. An element, operator or variable that the evaluation does not know is an error here,
 * so that it can never count as an allow.
 * @throws Error that names the policy and the path of what is wrong.
 */
export function parsePolicy(json: string, where: string): Policy {
  if (json.includes("${")) {
    throw new Error(`${where}: policy variables are not supported by the local cloud: ${json}`);
  }
  const result = document.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  throw new Error(
    `${where}: the local cloud can't evaluate this policy:\n${z.prettifyError(result.error)}`,
  );
}
