import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, parseEnvironment, plainTaskHandler } from "@darkroom/lambda";
import { copiedKey, jsonLinesType, runStore } from "@darkroom/run-files";
import { writeReportInput } from "@darkroom/sync-workflow";
import * as z from "zod";
import { copyMemory } from "./copy-memory.ts";
import { objectWriter } from "./object-writer.ts";
import { writeReport } from "./write-report.ts";

const { RUN_BUCKET } = parseEnvironment(z.object({ RUN_BUCKET: z.string().min(1) }), process.env);

// One of thousands of reads shouldn't make the machine begin again with the first.
const s3 = new S3Client({ maxAttempts: 8 });
const store = runStore(s3, RUN_BUCKET);
const writer = (key: string) =>
  objectWriter(s3, { bucket: RUN_BUCKET, key, contentType: jsonLinesType });

export const handler = plainTaskHandler({
  input: writeReportInput,
  logger: createLogger("write-report"),
  logKeys: ({ run }) => ({ run: run.prefix }),
  run: async (input, logger) => {
    const copied = copiedKey(input.sync);
    const memory = copyMemory(
      () => store.blocks(copied),
      () => writer(copied),
    );
    const summary = await writeReport(input, { store, writer, memory, now: new Date() });
    logger.info("The run has its report", { ...summary });
    return summary;
  },
});
