import { AwsError } from "../aws-error.ts";

export const invalidParameter = (message: string): AwsError =>
  new AwsError("InvalidParameterException", message);

export const groupDoesNotExist = (): AwsError =>
  new AwsError("ResourceNotFoundException", "The specified log group does not exist.");

export const streamDoesNotExist = (): AwsError =>
  new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");

export const alreadyExists = (what: "log group" | "log stream"): AwsError =>
  new AwsError("ResourceAlreadyExistsException", `The specified ${what} already exists`);

export const invalidFilterPattern = (why: string): AwsError =>
  invalidParameter(`Invalid filter pattern: ${why}`);
