import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, functionMemoryBytes, objectReader, taskHandler } from "@darkroom/lambda";
import { photoTaskInput } from "@darkroom/workflow";
import sharp from "sharp";
import { generateThumbnails } from "./generate-thumbnails.ts";
import { pictureWriter } from "./picture-writer.ts";

// One photo a call and no second look at one: libvips needs no cache, and one thread holds the least.
sharp.cache(false);
sharp.concurrency(1);

const memoryBytes = functionMemoryBytes(process.env);

// One attempt a call: how often and how long to try again is the machine's Retry to say.
const s3 = new S3Client({ maxAttempts: 1 });
const objects = objectReader(s3);
const pictures = pictureWriter(s3);

export const handler = taskHandler({
  input: photoTaskInput,
  logger: createLogger("generate-thumbnails"),
  run: ({ photo }) => generateThumbnails(photo, objects, pictures, memoryBytes),
});
