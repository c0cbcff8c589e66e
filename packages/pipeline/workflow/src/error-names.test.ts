import * as lambda from "@darkroom/lambda";
import { describe, expect, test } from "vitest";
import { approvalErrors } from "./contracts.ts";
import definition from "./image-processing.asl.json" with { type: "json" };
import { machineTasks } from "./retries/machine-tasks.ts";

/**
 * Names that AWS gives errors, and not the project. What each bundle really lets through of them is tested
 * beside it (bundled-errors.test.ts).
 */
const awsErrorNames = [
  // Step Functions: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
  "States.ALL",
  "States.HeartbeatTimeout",
  "States.Timeout",
  "Lambda.AWSLambdaException",
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.SdkClientException",
  "Lambda.ServiceException",
  "Lambda.TooManyRequestsException",
  "Lambda.Unknown",
  "Sandbox.Timedout",
  // S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  "InternalError",
  "ServiceUnavailable",
  "SlowDown",
  // DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
  "RequestLimitExceeded",
  "ResourceNotFoundException",
  "ValidationException",
  // Rekognition: https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectLabels.html
  "InvalidParameterException",
  // DynamoDB and Rekognition
  "InternalServerError",
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  // The SDK's own, of a call that it gave up waiting for
  "TimeoutError",
];

type ErrorClass = typeof lambda.PermanentError | typeof lambda.RetryableError;

/** The names that the subclasses of a class in @darkroom/lambda carry: every error that a task throws by a name of ours. */
function namesOf(base: ErrorClass): string[] {
  return Object.values(lambda).flatMap((value) => {
    if (typeof value !== "function" || !(value.prototype instanceof base)) return [];
    const Subclass = value as unknown as new (message: string) => Error;
    return [new Subclass("").name];
  });
}

const permanent = namesOf(lambda.PermanentError);
const retryable = namesOf(lambda.RetryableError);

const named = [...JSON.stringify(definition).matchAll(/"ErrorEquals":(\[[^\]]*\])/g)].flatMap(
  ([, names = "[]"]) => JSON.parse(names) as string[],
);

/** The names by which reviewers decide. */
const reviewers = [...approvalErrors.denied, approvalErrors.released];

test("every error that the machine names is one that a task throws, a reviewer sends or AWS gives", () => {
  const known = [...awsErrorNames, ...permanent, ...retryable, ...reviewers];
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

test("every error that a task throws by a name of ours is one that the machine names", () => {
  expect([...permanent, ...retryable].filter((name) => !named.includes(name))).toEqual([]);
});

test("every error by which a reviewer decides is one that the machine names", () => {
  expect(reviewers.filter((name) => !named.includes(name))).toEqual([]);
});

describe.each([...machineTasks])("%s", (_, { Retry }) => {
  test.each(permanent)("doesn't try again after %s", (name) => {
    const rule = Retry.find(({ ErrorEquals }) => ErrorEquals.includes(name));
    expect(rule).toMatchObject({ MaxAttempts: 0 });
    expect(Retry[0]).toBe(rule);
  });

  test("names no error twice: only the first rule for one counts", () => {
    const names = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(names).toEqual([...new Set(names)]);
  });
});
