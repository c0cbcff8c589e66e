import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import { readAll } from "../http/payload.ts";
import type { Place } from "../place.ts";
import type { Authorize, NamedService } from "../service.ts";
import type { BucketDraft } from "../terraform/draft.ts";
import { type BlobStore, createBlobStore } from "./blobs/blob-store.ts";
import { withCors } from "./cors/with-cors.ts";
import { findVersion } from "./find-version.ts";
import { hostId } from "./identity.ts";
import { targetKind } from "./notifications/bucket-notification.ts";
import { createDelivery } from "./notifications/delivery.ts";
import { testMessage } from "./notifications/event-message.ts";
import type { Effects, S3Parts, Write } from "./operation.ts";
import { readVersion } from "./operations/get-object.ts";
import { authorizeKey, bucketArn } from "./permissions.ts";
import { putBucket } from "./put-bucket.ts";
import { operationOf, route } from "./router.ts";
import { operationNames } from "./routes.ts";
import { noSuchBucket, S3Error } from "./s3-error.ts";
import { openS3Store, type S3Store } from "./store/s3-store.ts";
import { answerUnsigned } from "./unsigned.ts";
import { writePlainXml, type XmlElements } from "./xml.ts";
import { xmlHeaders } from "./xml-response.ts";

export interface S3Options {
  readonly place: Place;
  /** Where all of S3 lives; it is made when it isn't there. */
  readonly folder: string;
  readonly clock: Clock;
  /** Sends one event to its target; rejects when that can't be done now, and is then asked again. */
  readonly deliver: (notification: S3Notification) => Promise<void>;
  /** Sees whether a function may be invoked for a bucket; rejects when it isn't there or doesn't let S3. Without it no function is a target. */
  readonly checkFunction?: (
    target: Pick<S3Notification, "targetArn" | "bucketArn">,
  ) => Promise<void>;
  readonly onFault: (error: unknown, where: string) => void;
}

export interface S3Notification {
  /** Of a queue, a function, or an event bus. */
  readonly targetArn: string;
  readonly bucketArn: string;
  /** JSON: for a bus one event with source, detail-type, time and detail, else what S3 sends. */
  readonly body: string;
}

export interface S3 {
  readonly service: NamedService;
  /**
   * Makes a bucket, or brings its settings to what the stack says; objects stay.
   * @throws Error that names what is not supported
   */
  putBucket(bucket: BucketDraft): void;
  /**
   * Reads an object for another service, by the permissions of whom it works for.
   * @throws AwsError as GetObject does, and ImageTooLargeException above `limit` bytes
   */
  readObject(
    object: { readonly bucket: string; readonly key: string; readonly versionId?: string },
    authorize: Authorize,
    limit: number,
  ): Promise<Uint8Array>;
  /** An object's own metadata without `x-amz-meta-`, by the same permissions. @throws AwsError as GetObject does */
  readMetadata(
    object: { readonly bucket: string; readonly key: string; readonly versionId?: string },
    authorize: Authorize,
  ): Readonly<Record<string, string>>;
  /** Begins to deliver events, and removes what a crash left behind. */
  start(): void;
  close(): Promise<void>;
}

/** Amazon S3 on a folder: metadata in SQLite, larger objects in files. */
export function createS3(options: S3Options): S3 {
  const { place, clock, onFault } = options;
  const store = openS3Store(join(options.folder, "s3.sqlite"));
  const blobs = createBlobStore(join(options.folder, "blobs"), onFault);
  const delivery = createDelivery({
    outbox: store.outbox,
    clock,
    onFault,
    send: ({ target, bucket, body }) =>
      options.deliver({ targetArn: target, bucketArn: bucketArn(bucket), body }),
    forget: ({ id }) => store.commit(() => store.outbox.remove(id)),
  });
  let started = false;
  let sweeping: Promise<void> = Promise.resolve();

  const write: Write = async (work) => {
    const effects: Effects = { discarded: [], notified: new Set() };
    const result = await store.commit(() => work(effects));
    blobs.remove(effects.discarded);
    if (started) for (const target of effects.notified) delivery.wake(target);
    return result;
  };
  const tryTarget = async (targetArn: string, bucket: string): Promise<void> => {
    const target = { targetArn, bucketArn: bucketArn(bucket) };
    const kind = targetKind(targetArn);
    if (kind === "queue") {
      await options.deliver({ ...target, body: testMessage(bucket, randomUUID(), clock.now()) });
    }
    if (kind === "function") {
      if (options.checkFunction === undefined) throw new Error("there are no functions here");
      await options.checkFunction(target);
    }
  };
  const parts: S3Parts = { place, clock, store, blobs, write, tryTarget };

  return {
    service: {
      name: "s3",
      operations: operationNames,
      operationOf: async (request) => operationOf(request),
      async handle(request) {
        const response = await withCors(request, parts, () => route(request, parts));
        const headers = { "x-amz-id-2": hostId(request.requestId), ...response.headers };
        return { ...response, headers };
      },
      answerUnsigned: (request) => answerUnsigned(request, parts),
      errorResponse(error, { requestId, rawPath }) {
        const fields: XmlElements = {
          // The endpoint's word for a fault of ours is not S3's.
          Code: error.code === "InternalFailure" ? "InternalError" : error.code,
          Message: error.message,
          ...(error.fields as XmlElements),
          Resource: rawPath,
          RequestId: requestId,
          HostId: hostId(requestId),
        };
        return {
          status: error.status,
          headers: {
            ...xmlHeaders,
            "x-amz-id-2": hostId(requestId),
            ...(error instanceof S3Error ? error.headers : {}),
          },
          body: writePlainXml("Error", fields),
        };
      },
    },

    putBucket: (draft) => putBucket(draft, store, clock),

    readObject: (object, authorize, limit) => readObject(parts, object, authorize, limit),
    readMetadata: (object, authorize) => findObject(parts, object, authorize).attributes.metadata,

    start() {
      started = true;
      for (const target of store.outbox.targets()) delivery.wake(target);
      sweeping = sweep(blobs, store).catch((error: unknown) => onFault(error, "sweep of blobs"));
    },

    async close() {
      started = false;
      await delivery.close();
      await sweeping;
      await store.close();
      await blobs.close();
    },
  };
}

const sweep = (blobs: BlobStore, { versions }: S3Store): Promise<void> =>
  blobs.sweep(versions.isKnownBlob);

/** Finds an object, or a version of it, that whom `authorize` stands for may read. */
function findObject(
  parts: S3Parts,
  object: { readonly bucket: string; readonly key: string; readonly versionId?: string },
  authorize: Authorize,
): ReturnType<typeof findVersion> {
  const { key, versionId } = object;
  const bucket = parts.store.buckets.find(object.bucket);
  if (bucket === undefined) throw noSuchBucket(object.bucket);
  authorizeKey(
    authorize,
    bucket,
    key,
    versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion",
  );
  return findVersion(parts.store, { bucket, key, versionId }, authorize, "GET");
}

async function readObject(
  parts: S3Parts,
  object: { readonly bucket: string; readonly key: string; readonly versionId?: string },
  authorize: Authorize,
  limit: number,
): Promise<Uint8Array> {
  const version = findObject(parts, object, authorize);
  if (version.size > limit) {
    throw new AwsError(
      "ImageTooLargeException",
      `The image is ${version.size} bytes large; the limit is ${limit}.`,
    );
  }
  const bytes = readVersion(parts, version, { start: 0, length: version.size });
  return bytes instanceof Uint8Array ? bytes : readAll(bytes, limit);
}
