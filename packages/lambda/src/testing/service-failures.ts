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
