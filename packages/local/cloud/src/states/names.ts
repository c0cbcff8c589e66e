import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import { invalidArn } from "./errors.ts";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html#API_CreateStateMachine_RequestParameters */
const forbiddenInNames = /[\s\p{Cc}\p{Cs}<>{}[\]?*"#%\\^|~`$&,;:/\ufffe\uffff]/u;

/** Of a machine or an execution. @throws AwsError InvalidName */
export function checkName(name: string): void {
  if (forbiddenInNames.test(name)) throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
}

const prefixOf = (place: Place): string => `arn:aws:states:${place.region}:${place.accountId}:`;

export const machineArn = (place: Place, name: string): string =>
  `${prefixOf(place)}stateMachine:${name}`;

export const executionArn = (place: Place, machine: string, name: string): string =>
  `${prefixOf(place)}execution:${machine}:${name}`;

/** The machine's name in its own ARN, and in that of an execution. */
export const machineNameOf = (arn: string): string => arn.split(":")[6] ?? "";

/** @throws AwsError InvalidArn unless it is the ARN of such a thing, in this account and region */
export function checkArn(place: Place, type: "stateMachine" | "execution", arn: string): void {
  if (!arn.startsWith("arn:")) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  const prefix = prefixOf(place);
  const [actual, ...names] = arn.slice(prefix.length).split(":");
  if (!arn.startsWith(prefix) || names.some((name) => name === "") || names.length === 0) {
    throw invalidArn(arn);
  }
  if (actual !== type) throw invalidArn(`Resource type not valid in this context: ${actual}`);
  if (type === "execution" && names.length !== 2) throw invalidArn(arn);
}
