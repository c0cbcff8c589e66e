import sharp from "sharp";
import type { Sights } from "../detector.ts";
import { letterbox } from "./letterbox.ts";
import type { LookRequest, LookResponse } from "./messages.ts";
import { inputSide, loadObjectModel } from "./object-model.ts";
import { squeeze } from "./squeeze.ts";
import { startWasmBackend } from "./wasm-backend.ts";

/**
 * The detector's process: a picture comes by message, what is seen in it goes back. Only a picture that
 * doesn't decode is an answer; any other failure ends the process, and its owner starts another.
 */

type Seen = { readonly seen: Sights[keyof Sights] } | { readonly unreadable: string };

// No picture comes twice.
sharp.cache(false);

// Ctrl-C reaches every process of a terminal; the owner decides when this one ends.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());

process.on("message", (request: LookRequest) => {
  respond(request).then(
    (response) => process.send?.(response),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});

const backend = startWasmBackend();

/** Loads a model when it is first asked for, so that nobody pays for one that is never used. */
function onDemand<Model>(load: () => Promise<Model>): () => Promise<Model> {
  let loading: Promise<Model> | undefined;
  return async () => {
    await backend;
    loading ??= load();
    return loading;
  };
}

const objectModel = onDemand(loadObjectModel);
const moderationModel = onDemand(async () =>
  // With its library: 10 MB that detecting labels doesn't need.
  (await import("./moderation-model.ts")).loadModerationModel(),
);

const looks: Readonly<Record<keyof Sights, (image: Uint8Array) => Promise<Seen>>> = {
  async detect(image) {
    const model = await objectModel();
    return see(letterbox(image, inputSide), model.detect);
  },
  async classify(image) {
    const model = await moderationModel();
    return see(squeeze(image), model.classify);
  },
};

async function respond({ id, aim, image }: LookRequest): Promise<LookResponse> {
  return { id, ...(await looks[aim](image)) };
}

async function see<Picture>(
  decoding: Promise<Picture>,
  look: (picture: Picture) => Promise<Sights[keyof Sights]>,
): Promise<Seen> {
  let picture: Picture;
  try {
    picture = await decoding;
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
  return { seen: await look(picture) };
}
