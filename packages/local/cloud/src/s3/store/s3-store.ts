import { openDatabase, transaction } from "../../store/database.ts";
import { type Commit, createGroupCommit } from "../../store/group-commit.ts";
import { type BucketStore, createBucketStore } from "./bucket-store.ts";
import { createListingStore, type ListingStore } from "./listing-store.ts";
import { createOutboxStore, type OutboxStore } from "./outbox-store.ts";
import { schema } from "./schema.ts";
import { createUploadStore, type UploadStore } from "./upload-store.ts";
import { createVersionStore, type VersionStore } from "./version-store.ts";

/** All that S3 knows but the bytes of larger objects: one SQLite file. */
export interface S3Store {
  readonly buckets: BucketStore;
  readonly versions: VersionStore;
  readonly listings: ListingStore;
  readonly uploads: UploadStore;
  readonly outbox: OutboxStore;
  readonly commit: Commit;
  /** One transaction of its own, at once; for what is done before there are requests. */
  commitNow(work: () => void): void;
  /** Fulfilled when what was asked for before is on disk. */
  close(): Promise<void>;
}

export function openS3Store(file: string): S3Store {
  const database = openDatabase(file, schema);
  const versions = createVersionStore(database);
  const group = createGroupCommit(database);
  return {
    buckets: createBucketStore(database),
    versions,
    listings: createListingStore(database),
    uploads: createUploadStore(database, versions.nextSequence),
    outbox: createOutboxStore(database),
    commit: group.commit,
    commitNow: (work) => transaction(database, work),
    async close() {
      await group.close();
      database.close();
    },
  };
}
