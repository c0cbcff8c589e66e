import { RekognitionClient } from "@aws-sdk/client-rekognition";
import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, functionMemoryBytes, objectReader, taskHandler } from "@darkroom/lambda";
import { photoTaskInput } from "@darkroom/workflow";
import sharp from "sharp";
import { detectLabels } from "./detect-labels.ts";
import { labelDetector } from "./label-detector.ts";

// One photo a call and no second look at one: libvips needs no cache, and one thread holds the least.
sharp.cache(false);
sharp.concurrency(1);

const memoryBytes = functionMemoryBytes(process.env);

// One attempt a call: how often and how long to try again is the machine's Retry to say.
const objects = objectReader(new S3Client({ maxAttempts: 1 }));
const labels = labelDetector(new RekognitionClient({ maxAttempts: 1 }));

export const handler = taskHandler({
  input: photoTaskInput,
  logger: createLogger("detect-labels"),
  run: (input) => detectLabels(input, objects, labels, memoryBytes),
});
