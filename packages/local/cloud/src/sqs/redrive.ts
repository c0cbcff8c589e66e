import { z } from "zod";
import { invalidAttributeValue, invalidParameterValue, invalidValue } from "./errors.ts";

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

const redrivePolicy = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
});

const redriveAllowPolicy = z.strictObject({
  redrivePermission: z.enum(["allowAll", "denyAll", "byQueue"]),
  sourceQueueArns: z.array(z.string()).optional(),
});

/** Reads the attribute RedrivePolicy; whether its target is there is not checked here. @throws AwsError */
export function parseRedrivePolicy(json: string): RedrivePolicy {
  const policy = parseJson("RedrivePolicy", json, redrivePolicy);
  if (!/^arn:aws:sqs:[^:]+:\d+:[\w-]+$/.test(policy.deadLetterTargetArn)) {
    throw invalidValue(json, "RedrivePolicy", "Invalid value for deadLetterTargetArn.");
  }
  if (policy.maxReceiveCount < 1 || policy.maxReceiveCount > 1000) {
    throw invalidValue(
      json,
      "RedrivePolicy",
      `Invalid value for maxReceiveCount: ${policy.maxReceiveCount}, valid values are from 1 to 1000 both inclusive.`,
    );
  }
  return policy;
}

/** Checks the attribute RedriveAllowPolicy. @throws AwsError */
export function checkRedriveAllowPolicy(json: string): void {
  const policy = parseJson("RedriveAllowPolicy", json, redriveAllowPolicy);
  const sources = policy.sourceQueueArns?.length ?? 0;
  const wanted =
    policy.redrivePermission === "byQueue" ? sources >= 1 && sources <= 10 : sources === 0;
  if (!wanted) {
    throw invalidParameterValue(
      `Value ${json} for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't use ${policy.redrivePermission} with ${sources} source queues.`,
    );
  }
}

/** Whether a queue may use the one with this RedriveAllowPolicy as its dead-letter queue; without a policy any may. */
export function allowsRedriveFrom(allowPolicy: string | undefined, sourceArn: string): boolean {
  if (allowPolicy === undefined) return true;
  const policy = parseJson("RedriveAllowPolicy", allowPolicy, redriveAllowPolicy);
  switch (policy.redrivePermission) {
    case "allowAll":
      return true;
    case "denyAll":
      return false;
    case "byQueue":
      return policy.sourceQueueArns?.includes(sourceArn) ?? false;
  }
}

function parseJson<Schema extends z.ZodType>(
  attribute: string,
  json: string,
  schema: Schema,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw invalidAttributeValue(attribute, "Policy document is not JSON.");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidAttributeValue(
    attribute,
    result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
  );
}
