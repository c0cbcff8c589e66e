import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, parseEnvironment, plainTaskHandler } from "@darkroom/lambda";
import { runStore } from "@darkroom/run-files";
import { listDifferencesInput } from "@darkroom/sync-workflow";
import * as z from "zod";
import { listDifferences } from "./list-differences.ts";
import { objectPages } from "./object-pages.ts";
import { sameChecksum } from "./same-checksum.ts";
import { sameMetadata } from "./same-metadata.ts";

const environment = parseEnvironment(z.object({ RUN_BUCKET: z.string().min(1) }), process.env);

// A call makes thousands of requests: one that is throttled must not cost all those before it, as it would
// if only the machine's Retry tried again.
const s3 = new S3Client({ maxAttempts: 5 });
const store = runStore(s3, environment.RUN_BUCKET);

/** What is kept back of a function's time for the requests under way, each with its attempts, and the last shards. */
const reserveMs = 60_000;

export const handler = plainTaskHandler({
  input: listDifferencesInput,
  logger: createLogger("list-differences"),
  logKeys: ({ run, sync: { source, destination } }) => ({ run: run.prefix, source, destination }),
  run: async (input, logger, context) => {
    const listed = await listDifferences(input, {
      pages: objectPages(s3),
      store,
      haveSameBytes: sameChecksum(s3),
      haveSameMetadata: sameMetadata(s3),
      isTimeUp: () => context.getRemainingTimeInMillis() < reserveMs,
    });
    logger.info(listed.done ? "Everything is listed" : "The time is up; the listing goes on", {
      ...listed,
    });
    return listed;
  },
});
