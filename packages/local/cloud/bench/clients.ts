import type { ServerAddress } from "./server-process.ts";

export interface S3Calls {
  createBucket(bucket: string): Promise<void>;
  /** The photo of the benchmark, with the checksum that an SDK sends. */
  putPhoto(bucket: string, key: string): Promise<void>;
  putMark(bucket: string, key: string): Promise<void>;
  /** @returns how many bytes the object has, all of them read */
  get(bucket: string, key: string): Promise<number>;
  head(bucket: string, key: string): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  listPage(bucket: string, token?: string): Promise<{ keys: number; next?: string | undefined }>;
  close(): void;
}

/** A call of SQS or DynamoDB: input and output as their JSON has them. */
export interface JsonCalls {
  call(operation: string, input: object): Promise<Record<string, unknown>>;
  close(): void;
}

/** The photo that PutObject sends and GetObject reads. */
export interface Photo {
  readonly body: Buffer;
  readonly contentType: string;
}

/** What asks the servers: an SDK, or as little as can ask them. */
export interface Clients {
  s3(server: ServerAddress, photo: Photo): S3Calls;
  json(server: ServerAddress, service: "sqs" | "dynamodb"): JsonCalls;
}
