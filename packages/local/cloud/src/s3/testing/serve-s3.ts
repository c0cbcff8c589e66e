import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { AccessKey } from "../../credentials.ts";
import { systemClock } from "../../system-clock.ts";
import type { BucketDraft } from "../../terraform/draft.ts";
import { place, serve } from "../../testing/test-endpoint.ts";
import { createS3, type S3, type S3Notification, type S3Options } from "../s3.ts";

export interface ServedS3 {
  readonly s3: S3;
  readonly endpoint: string;
  /** The operator's, or a role's. */
  client(options?: Partial<S3ClientConfig>): S3Client;
  /** The key of a role that may do what these policy statements say. */
  roleKey(...statements: object[]): AccessKey;
  /** Events that were delivered, as far as nothing else was asked for. */
  readonly events: S3Notification[];
  /** What should never have happened. */
  readonly faults: unknown[];
  readonly folder: string;
  close(): Promise<void>;
}

export interface ServeOptions extends Partial<Pick<S3Options, "folder" | "clock" | "deliver">> {
  readonly buckets?: readonly (Partial<BucketDraft> & { readonly name: string })[];
}

/** Serves S3 on a free port of 127.0.0.1, with signatures and permissions as in the real thing. */
export async function serveS3(options: ServeOptions = {}): Promise<ServedS3> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "darkroom-s3-"));
  const events: S3Notification[] = [];
  const faults: unknown[] = [];
  const s3 = createS3({
    place,
    folder,
    clock: options.clock ?? systemClock(),
    deliver:
      options.deliver ??
      (async (notification) => {
        events.push(notification);
      }),
    checkFunction: async ({ targetArn }) => {
      if (targetArn.endsWith(":closed")) throw new Error("this function lets nobody in");
    },
    onFault: (error) => faults.push(error),
  });
  for (const draft of options.buckets ?? []) {
    s3.putBucket({ versioning: false, notifications: [], ...draft });
  }
  const served = await serve([s3.service], {
    onFault: (error) => faults.push(error),
    keyFile: join(folder, "key.json"),
  });
  s3.start();
  const clients: S3Client[] = [];
  let roles = 0;
  return {
    s3,
    endpoint: served.client.endpoint,
    events,
    faults,
    folder,
    client(config) {
      const client = new S3Client({
        ...served.client,
        forcePathStyle: true,
        ...config,
      });
      clients.push(client);
      return client;
    },
    roleKey: (...statements) => served.roleKey(`role-${++roles}`, ...statements),
    async close() {
      for (const client of clients) client.destroy();
      await served.close();
      await s3.close();
    },
  };
}
