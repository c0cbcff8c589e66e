import type { Json } from "../types.ts";

/** What ItemReader and ResultWriter ask of S3. A call that fails throws TaskFailedError, as a task with it would. */
export interface MapRunStorage {
  /** GetObject: the object's body, as it comes. */
  read(call: StorageCall): AsyncIterable<Uint8Array>;
  /** ListObjectsV2: the objects, page by page, to the last page. */
  list(call: StorageCall): AsyncIterable<readonly ListedObject[]>;
  /** PutObject. */
  write(call: StorageCall, body: AsyncIterable<string>): Promise<void>;
}

export interface StorageCall {
  /** Those of the API's request: Bucket, Key or Prefix, and others that the definition gives. */
  readonly parameters: { readonly [name: string]: Json };
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly roleArn: string;
  readonly signal: AbortSignal;
}

/** An object as it stands in a list, and as an item of a Map. */
export interface ListedObject {
  /** With its quotation marks, as the API gives it. */
  readonly Etag: string;
  readonly Key: string;
  /** Seconds since the epoch. */
  readonly LastModified: number;
  /** Bytes. */
  readonly Size: number;
  readonly StorageClass: string;
}
