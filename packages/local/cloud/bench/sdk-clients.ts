import * as dynamodb from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import * as sqs from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.ts";
import type { ServerAddress } from "./server-process.ts";

const configuration = ({ port, accessKeyId, secretAccessKey }: ServerAddress) => ({
  endpoint: `http://127.0.0.1:${port}`,
  region: "us-east-1",
  credentials: { accessKeyId, secretAccessKey },
  maxAttempts: 1,
});

/** The AWS SDK v3 as applications use it, with its defaults. */
export const sdkClients: Clients = {
  s3(server, { body, contentType }) {
    const client = new S3Client({ ...configuration(server), forcePathStyle: true });
    const put = async (Bucket: string, Key: string, Body: Buffer | string): Promise<void> => {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: contentType }));
    };
    return {
      async createBucket(Bucket) {
        await client.send(new CreateBucketCommand({ Bucket }));
      },
      putPhoto: (bucket, key) => put(bucket, key, body),
      putMark: (bucket, key) => put(bucket, key, "x"),
      async get(Bucket, Key) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return (await Body?.transformToByteArray())?.length ?? 0;
      },
      async head(Bucket, Key) {
        await client.send(new HeadObjectCommand({ Bucket, Key }));
      },
      async remove(Bucket, Key) {
        await client.send(new DeleteObjectCommand({ Bucket, Key }));
      },
      async listPage(Bucket, ContinuationToken) {
        const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }));
        return { keys: page.Contents?.length ?? 0, next: page.NextContinuationToken };
      },
      close: () => client.destroy(),
    };
  },

  json(server, service) {
    const client: { send(command: unknown): Promise<Record<string, unknown>>; destroy(): void } =
      service === "sqs"
        ? new sqs.SQSClient(configuration(server))
        : new dynamodb.DynamoDBClient(configuration(server));
    const commands: object = service === "sqs" ? sqs : dynamodb;
    return {
      call(operation, input) {
        const Command = Reflect.get(commands, `${operation}Command`);
        return client.send(new Command(input));
      },
      close: () => client.destroy(),
    };
  },
};
