import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import { invalidArn } from "./errors.ts";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html#API_CreateStateMachine_RequestParameters */
const forbiddenInNames = /[\s\p{Cc}\p{Cs}<>{}[\]?*"#%\\^|~`$&,;:/\ufffe\uffff]/u;

/** Of a machine, an activity or an execution. @throws AwsError InvalidName */
export function checkName(name: string): void {
  if (forbiddenInNames.test(name)) throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
}

const prefixOf = (place: Place): string => `arn:aws:states:${place.region}:${place.accountId}:`;

export const machineArn = (place: Place, name: string): string =>
  `${prefixOf(place)}stateMachine:${name}`;

export const activityArn = (place: Place, name: string): string =>
  `${prefixOf(place)}activity:${name}`;

export const executionArn = (place: Place, machine: string, name: string): string =>
  `${prefixOf(place)}execution:${machine}:${name}`;

/** @param id tells executions of one name apart: EXPRESS machines may have many */
export const expressExecutionArn = (
  place: Place,
  machine: string,
  name: string,
  id: string,
): string => `${prefixOf(place)}express:${machine}:${name}:${id}`;

/** The machine's name in its own ARN, and in that of an execution; for a child of a Map Run with the Map's label. */
export const machineNameOf = (arn: string): string => arn.split(":")[6] ?? "";

export type ResourceKind = "stateMachine" | "activity" | "execution" | "mapRun";

/** After the kind: a machine's ARN may have a version or alias, which is answered for where it is looked up. */
const namesInArn: Readonly<Record<ResourceKind, number>> = {
  stateMachine: 1,
  activity: 1,
  execution: 2,
  mapRun: 2,
};

/**
 * @returns which of the kinds it is
 * @throws AwsError InvalidArn unless it is the ARN of such a thing, in this account and region
 */
export function checkArn<Kind extends ResourceKind>(
  place: Place,
  kinds: Kind | readonly Kind[],
  arn: string,
): Kind {
  if (!arn.startsWith("arn:")) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  const prefix = prefixOf(place);
  const [actual, ...names] = arn.slice(prefix.length).split(":");
  if (!arn.startsWith(prefix) || names.some((name) => name === "") || names.length === 0) {
    throw invalidArn(arn);
  }
  const kind = [kinds].flat().find((one) => one === actual) as Kind | undefined;
  if (kind === undefined) throw invalidArn(`Resource type not valid in this context: ${actual}`);
  if (kind !== "stateMachine" && names.length !== namesInArn[kind]) throw invalidArn(arn);
  return kind;
}
