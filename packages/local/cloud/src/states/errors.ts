import { AwsError } from "../aws-error.ts";

export const machineDoesNotExist = (arn: string): AwsError =>
  new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);

export const machineIsBeingDeleted = (arn: string): AwsError =>
  new AwsError("StateMachineDeleting", `State Machine is being deleted: '${arn}'`);

export const activityDoesNotExist = (arn: string): AwsError =>
  new AwsError("ActivityDoesNotExist", `Activity Does Not Exist: '${arn}'`);

export const executionDoesNotExist = (arn: string): AwsError =>
  new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html */
export const mapRunDoesNotExist = (arn: string): AwsError =>
  new AwsError("ResourceNotFound", `Map Run Does Not Exist: '${arn}'`);

export const otherMachineType = (): AwsError =>
  new AwsError(
    "StateMachineTypeNotSupported",
    "This operation is not supported by this type of state machine",
  );

export const invalidArn = (why: string): AwsError =>
  new AwsError("InvalidArn", `Invalid Arn: '${why}'`);

export const invalidTaskToken = (): AwsError =>
  new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");

/** The task has ended, in whatever way, or its execution has. */
export const taskTimedOut = (): AwsError =>
  new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
