import type { Clock } from "@darkroom/states";
import type { Place } from "../place.ts";
import type { ServiceRequest, ServiceResponse } from "../service.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import type { RequestHeaders } from "./request-headers.ts";
import type { Bucket } from "./store/bucket-store.ts";
import type { S3Store } from "./store/s3-store.ts";

/** What the operations work with. */
export interface S3Parts {
  readonly place: Place;
  readonly clock: Clock;
  readonly store: S3Store;
  readonly blobs: BlobStore;
  readonly write: Write;
  /** Sees whether a target takes notifications of a bucket; rejects when it doesn't. */
  readonly tryTarget: (targetArn: string, bucket: string) => Promise<void>;
}

/** What a write leaves to be done when it is on disk. */
export interface Effects {
  /** Files that nothing names any more. */
  readonly discarded: string[];
  /** Targets that an event was written for. */
  readonly notified: Set<string>;
}

/** Runs `work` as one transaction (it must wait for nothing) and, once that is on disk, does what it left to be done. */
export type Write = <T>(work: (effects: Effects) => T) => Promise<T>;

export interface ServiceCall {
  readonly request: ServiceRequest;
  readonly headers: RequestHeaders;
  readonly query: URLSearchParams;
}

export interface BucketCall extends ServiceCall {
  readonly bucket: Bucket;
}

/** A call about the name of a bucket that need not be there. */
export interface BucketNameCall extends ServiceCall {
  readonly bucketName: string;
}

export interface ObjectCall extends BucketCall {
  readonly key: string;
}

/** One call of S3's API. */
export interface Operation<Call> {
  /** As AWS names it. */
  readonly name: string;
  /** Query parameters that it takes; any other is refused. */
  readonly query?: readonly string[];
  /** `x-amz-` headers that it takes besides those that every call may have; any other is refused. */
  readonly headers?: readonly string[];
  run(call: Call, parts: S3Parts): ServiceResponse | Promise<ServiceResponse>;
}
