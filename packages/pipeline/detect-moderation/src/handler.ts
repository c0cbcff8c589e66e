import { RekognitionClient } from "@aws-sdk/client-rekognition";
import { S3Client } from "@aws-sdk/client-s3";
import {
  createLogger,
  functionMemoryBytes,
  objectReader,
  parseEnvironment,
  taskHandler,
} from "@darkroom/lambda";
import { parseModerationPolicy, photoTaskInput } from "@darkroom/workflow";
import sharp from "sharp";
import * as z from "zod";
import { detectModeration } from "./detect-moderation.ts";
import { moderationDetector } from "./moderation-detector.ts";

// One photo a call and no second look at one: libvips needs no cache, and one thread holds the least.
sharp.cache(false);
sharp.concurrency(1);

const memoryBytes = functionMemoryBytes(process.env);

// Read at init: a function with a policy that doesn't hold must not judge a single photo.
const { MODERATION_POLICY } = parseEnvironment(
  z.object({ MODERATION_POLICY: z.string() }),
  process.env,
);
const policy = parseModerationPolicy(MODERATION_POLICY);

// One attempt a call: how often and how long to try again is the machine's Retry to say.
const objects = objectReader(new S3Client({ maxAttempts: 1 }));
const detector = moderationDetector(new RekognitionClient({ maxAttempts: 1 }));

export const handler = taskHandler({
  input: photoTaskInput,
  logger: createLogger("detect-moderation"),
  run: (input) => detectModeration(input, objects, detector, policy, memoryBytes),
});
