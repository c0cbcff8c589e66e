import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, parseEnvironment, plainTaskHandler } from "@darkroom/lambda";
import { isAllCopied, runStore, shardFiles } from "@darkroom/run-files";
import { shardInput } from "@darkroom/sync-workflow";
import * as z from "zod";
import { countedRequests } from "./counted-requests.ts";
import { deleteOrphans } from "./delete-orphans.ts";
import { objectDeleter } from "./object-deleter.ts";

const { RUN_BUCKET } = parseEnvironment(z.object({ RUN_BUCKET: z.string().min(1) }), process.env);

// Few requests, each for many objects: the SDK's own retries are enough.
const s3 = new S3Client({ maxAttempts: 8 });
const sent = countedRequests(s3);
const store = runStore(s3, RUN_BUCKET);

export const handler = plainTaskHandler({
  input: shardInput,
  logger: createLogger("delete-orphans"),
  logKeys: ({ run, shard }) => ({ run: run.prefix, shard }),
  run: async ({ run, sync, shard }, logger) => {
    const before = sent();
    const output = await deleteOrphans(
      { run, sync, shard },
      {
        files: shardFiles(store, run, "orphans", shard),
        isAllCopied: () => isAllCopied(store, run),
        deleter: objectDeleter(s3, sync.destination),
        requests: () => sent() - before,
      },
    );
    logger.info("The orphans of a shard have their fates", { ...output });
    return output;
  },
});
