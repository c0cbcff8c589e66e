import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, parseEnvironment, plainTaskHandler } from "@darkroom/lambda";
import { runStore, shardFiles } from "@darkroom/run-files";
import { shardInput } from "@darkroom/sync-workflow";
import * as z from "zod";
import { copyShard } from "./copy-shard.ts";
import { objectCopier } from "./object-copier.ts";
import { retryingCalls } from "./retrying-calls.ts";

const { RUN_BUCKET } = parseEnvironment(z.object({ RUN_BUCKET: z.string().min(1) }), process.env);

// One attempt a call: they are tried again and counted here. How long a large copy may take S3 is for the
// function's time to say, a connection isn't.
const s3 = new S3Client({ maxAttempts: 1, requestHandler: { connectionTimeout: 5_000 } });

/** In milliseconds before the function's end: copying stops, and then writing down how far it got. */
const copyingStops = 30_000;
const writingStops = 2_000;

export const handler = plainTaskHandler({
  input: shardInput,
  logger: createLogger("copy-objects"),
  logKeys: ({ run, shard }) => ({ run: run.prefix, shard }),
  run: async ({ run, sync, shard }, logger, context) => {
    const before = (end: number) =>
      AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - end));
    const signal = before(copyingStops);
    const copying = retryingCalls({ signal });
    const keeping = retryingCalls({ signal: before(writingStops) });
    const output = await copyShard(
      { run, sync, shard },
      {
        files: shardFiles(runStore(s3, RUN_BUCKET, keeping.call), run, "copy", shard),
        copier: objectCopier(s3, copying, sync),
        signal,
        requests: () => copying.requests + keeping.requests,
      },
    );
    logger.info("The objects of a shard have their fates", { ...output });
    return output;
  },
});
