import sharp from "sharp";
import { letterbox } from "./letterbox.ts";
import type { DetectRequest, DetectResponse } from "./messages.ts";
import { inputSide, loadObjectModel } from "./object-model.ts";

/**
 * The detector's process: a picture comes by message, its detections go back. Only a picture that
 * doesn't decode is an answer; any other failure ends the process, and its owner starts another.
 */

// No picture comes twice.
sharp.cache(false);

// Ctrl-C reaches every process of a terminal; the owner decides when this one ends.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());

process.on("message", (request: DetectRequest) => {
  respond(request).then(
    (response) => process.send?.(response),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});

const loading = loadObjectModel();

async function respond({ id, image }: DetectRequest): Promise<DetectResponse> {
  const model = await loading;
  let picture: Awaited<ReturnType<typeof letterbox>>;
  try {
    picture = await letterbox(image, inputSide);
  } catch (error) {
    return { id, unreadable: error instanceof Error ? error.message : String(error) };
  }
  return { id, detections: await model.detect(picture) };
}
