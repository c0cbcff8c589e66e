import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Target } from "./target.ts";

export interface Clients {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBDocumentClient;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  readonly cloudwatch: CloudWatchClient;
  /** Closes their connections, which would keep the process alive for a while. */
  close(): void;
}

/** The SDK would warn on the console of each upload that fails; whoever called hears of it as an error. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The ordinary SDK clients of a target. */
export function createClients({
  endpointUrl,
  region,
  credentials,
}: Pick<Target, "endpointUrl" | "region" | "credentials">): Clients {
  const settings = {
    endpoint: endpointUrl,
    region,
    credentials,
    // Of silence, not of the whole call: a large upload may take as long as it moves.
    requestHandler: { connectionTimeout: 5000, requestTimeout: 0, socketTimeout: 60_000 },
  };
  // GetActivityTask keeps silent for 60 s when nothing waits, and asks for a timeout of 65 s or more
  // (https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html).
  const patient = { ...settings.requestHandler, socketTimeout: 70_000 };
  // An upload is a stream that can't be sent twice: `s3PhotoStore` opens a new one to try again.
  const s3 = new S3Client({ ...settings, forcePathStyle: true, maxAttempts: 1, logger: silent });
  const dynamodb = new DynamoDBClient(settings);
  const cloudwatch = new CloudWatchClient(settings);
  const sqs = new SQSClient(settings);
  const sfn = new SFNClient({ ...settings, requestHandler: patient });
  return {
    s3,
    dynamodb: DynamoDBDocumentClient.from(dynamodb),
    sfn,
    sqs,
    cloudwatch,
    close() {
      for (const client of [s3, dynamodb, sfn, sqs, cloudwatch]) client.destroy();
    },
  };
}
