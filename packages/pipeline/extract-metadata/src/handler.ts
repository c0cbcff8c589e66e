import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, objectReader, taskHandler } from "@darkroom/lambda";
import { extractMetadataInput } from "@darkroom/workflow";
import { extractMetadata } from "./extract-metadata.ts";

// One attempt a call: how often and how long to try again is the machine's Retry to say.
const objects = objectReader(new S3Client({ maxAttempts: 1 }));

export const handler = taskHandler({
  input: extractMetadataInput,
  logger: createLogger("extract-metadata"),
  run: ({ photo }) => extractMetadata(photo, objects),
});
