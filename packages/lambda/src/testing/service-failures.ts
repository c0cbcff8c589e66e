import type { Answer } from "./answering.ts";

/** S3's answer to a call that failed (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
export const s3Failure = (status: number, code: string): Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<Error><Code>${code}</Code><Message>${code}!</Message></Error>`,
});

/** The same of a service that speaks JSON, as DynamoDB and Rekognition do. */
export const jsonFailure = (status: number, type: string): Answer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify({ __type: type, message: `${type}!` }),
});

/** How S3 fails for a while, each under the name that the task has to tell the machine; "broken" is no answer at all. */
export const s3Outages: [name: string, answer: Answer | "broken"][] = [
  ["SlowDown", s3Failure(503, "SlowDown")],
  ["ServiceUnavailable", s3Failure(503, "ServiceUnavailable")],
  ["InternalError", s3Failure(500, "InternalError")],
  ["ConnectionError", "broken"],
];

/** The same of DynamoDB. */
export const dynamodbOutages: [name: string, answer: Answer | "broken"][] = [
  ["ThrottlingException", jsonFailure(400, "ThrottlingException")],
  [
    "ProvisionedThroughputExceededException",
    jsonFailure(400, "ProvisionedThroughputExceededException"),
  ],
  ["RequestLimitExceeded", jsonFailure(400, "RequestLimitExceeded")],
  ["ServiceUnavailable", jsonFailure(503, "ServiceUnavailable")],
  ["InternalServerError", jsonFailure(500, "InternalServerError")],
  ["ConnectionError", "broken"],
];
