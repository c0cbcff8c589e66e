import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, parseEnvironment, plainTaskHandler } from "@darkroom/lambda";
import { writeReportInput } from "@darkroom/sync-workflow";
import * as z from "zod";
import { runFiles } from "./run-files.ts";
import { writeReport } from "./write-report.ts";

const { RUN_BUCKET } = parseEnvironment(z.object({ RUN_BUCKET: z.string().min(1) }), process.env);

// One of thousands of reads shouldn't make the machine begin again with the first.
const files = runFiles(new S3Client({ maxAttempts: 8 }), RUN_BUCKET);

export const handler = plainTaskHandler({
  input: writeReportInput,
  logger: createLogger("write-report"),
  logKeys: ({ run }) => ({ run: run.prefix }),
  run: async (input, logger) => {
    const summary = await writeReport(input, files, new Date());
    logger.info("The run has its report", { ...summary });
    return summary;
  },
});
