import { AwsError } from "../aws-error.ts";

export const machineDoesNotExist = (arn: string): AwsError =>
  new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);

export const machineIsBeingDeleted = (arn: string): AwsError =>
  new AwsError("StateMachineDeleting", `State Machine is being deleted: '${arn}'`);

export const invalidArn = (why: string): AwsError =>
  new AwsError("InvalidArn", `Invalid Arn: '${why}'`);
