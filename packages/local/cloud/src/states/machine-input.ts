import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import { invalidArn } from "./errors.ts";
import type { MachineSettings } from "./machines.ts";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
export const definitionText = z.string().min(1).max(1_048_576);
export const machineArnText = z.string().min(1).max(256);

/** There are no keys of a customer here: AWS's own is what everything has unless told otherwise. */
export const encryptionInput = z.strictObject({ type: z.literal("AWS_OWNED_KEY") }).optional();

/** What CreateStateMachine and UpdateStateMachine both take. */
export const settingsInput = {
  loggingConfiguration: z
    .strictObject({
      level: z.enum(["ALL", "ERROR", "FATAL", "OFF"]).optional(),
      includeExecutionData: z.boolean().optional(),
      destinations: z
        .array(
          z.strictObject({
            cloudWatchLogsLogGroup: z.strictObject({ logGroupArn: z.string() }).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  tracingConfiguration: z.strictObject({ enabled: z.boolean().optional() }).optional(),
  encryptionConfiguration: encryptionInput,
  /** There are no versions of machines here. */
  publish: z.literal(false, "versions are not supported by the local cloud").optional(),
};

const tag = z.strictObject({ key: z.string(), value: z.string() });
export const tagList = z.array(tag);
export type TagList = z.infer<typeof tagList>;

export const machineType = z.enum(["STANDARD", "EXPRESS"]).default("STANDARD");

export function checkRoleArn(roleArn: string): void {
  if (!roleArn.startsWith("arn:")) throw invalidArn(`Invalid ARN prefix: ${roleArn}`);
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(roleArn)) throw invalidArn(roleArn);
}

/** @returns undefined when nothing is to be logged */
export function readLogging(
  place: Place,
  { level = "OFF", includeExecutionData = false, destinations = [] }: LoggingInput,
): MachineSettings["logging"] {
  const invalid = (why: string) =>
    new AwsError("InvalidLoggingConfiguration", `Invalid Logging Configuration: ${why}`);
  const [destination] = destinations;
  if (destination === undefined && level === "OFF") return undefined;
  const logGroupArn = destination?.cloudWatchLogsLogGroup?.logGroupArn;
  if (logGroupArn === undefined || destinations.length > 1) {
    throw invalid("Must specify exactly one Log Destination.");
  }
  const prefix = `arn:aws:logs:${place.region}:${place.accountId}:log-group:`;
  const [, logGroupName] = /^([^:*]+):\*$/.exec(logGroupArn.slice(prefix.length)) ?? [];
  if (!logGroupArn.startsWith(prefix) || logGroupName === undefined) {
    throw invalid(`The Log Destination ${logGroupArn} is not the ARN of a log group with ':*'.`);
  }
  return { logGroupName, level, includeExecutionData };
}

type LoggingInput = NonNullable<z.infer<typeof settingsInput.loggingConfiguration>>;
