import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, taskHandler } from "@darkroom/lambda";
import { quarantinePhotoInput } from "@darkroom/workflow";
import { quarantinePhoto } from "./quarantine-photo.ts";
import { versionMover } from "./version-mover.ts";

// One attempt a call: how often and how long to try again is the machine's Retry to say.
const mover = versionMover(new S3Client({ maxAttempts: 1 }));

export const handler = taskHandler({
  input: quarantinePhotoInput,
  logger: createLogger("quarantine-photo"),
  run: async ({ photo }, logger) => {
    const quarantine = await quarantinePhoto(photo, mover);
    logger.info("A rejected photo is in quarantine", { ...quarantine });
    return quarantine;
  },
});
