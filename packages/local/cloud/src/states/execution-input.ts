import { z } from "zod";
import { AwsError } from "../aws-error.ts";

/** What StartExecution and StartSyncExecution both take. */
export const startMembers = {
  stateMachineArn: z.string().min(1).max(256),
  name: z.string().min(1).max(80).optional(),
  input: z.string().optional(),
  traceHeader: z
    .string()
    .max(256)
    .regex(/^\p{ASCII}*$/u)
    .optional(),
};

/** StartExecution takes up to 256 KiB (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const maximumInputBytes = 262_144;

/** @throws AwsError when it is too long, or no JSON */
export function checkExecutionInput(input: string): void {
  if (Buffer.byteLength(input) > maximumInputBytes) {
    throw new AwsError(
      "ValidationException",
      "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144",
    );
  }
  try {
    JSON.parse(input);
  } catch (error) {
    throw new AwsError(
      "InvalidExecutionInput",
      `Invalid State Machine Execution Input: '${error instanceof Error ? error.message : error}'`,
      { cause: error },
    );
  }
}
