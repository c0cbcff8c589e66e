import { AwsError } from "../aws-error.ts";

/** What DynamoDB answers to a request that can't be right, whatever the table holds or after it has looked. */
export const validationError = (message: string): AwsError =>
  new AwsError("ValidationException", message);

/** The opening of most texts about values. */
export const invalidParameters = (detail: string): AwsError =>
  validationError(`One or more parameter values were invalid: ${detail}`);

/** A body whose JSON has a type that the API's shape does not allow at that place. */
export const serializationError = (message: string): AwsError =>
  new AwsError("SerializationException", message);
