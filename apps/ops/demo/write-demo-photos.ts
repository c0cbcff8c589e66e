import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { encodePhoto } from "./encode-photo.ts";
import { pinnedPhotos, syntheticPhotos } from "./synthetic-photos.ts";

/** Photographs in the package `@vladmandic/face-api`: see README.md for their licence. */
const photographs = {
  "evening-in-a-bar.jpg": import.meta.resolve("@vladmandic/face-api/demo/sample1.jpg"),
  "on-the-sofa.jpg": import.meta.resolve("@vladmandic/face-api/demo/sample3.jpg"),
  "on-the-stairs.jpg": import.meta.resolve("@vladmandic/face-api/demo/sample5.jpg"),
  "at-the-window.jpg": import.meta.resolve("@vladmandic/face-api/demo/sample6.jpg"),
} as const;

/** Writes the demo photos into a folder, and a few files that are none. */
export async function writeDemoPhotos(folder: string): Promise<void> {
  for (const [name, original] of Object.entries(photographs)) {
    await copyFile(fileURLToPath(original), join(folder, name));
  }
  for (const photo of pinnedPhotos) {
    await writeFile(join(folder, photo.name), await encodePhoto(photo));
  }
  let last: Buffer = Buffer.alloc(0);
  for (const photo of syntheticPhotos) {
    last = await encodePhoto(photo);
    await writeFile(join(folder, photo.name), last);
  }

  // What people upload by mistake, so that a newcomer sees the answer to that too.
  await writeFile(join(folder, "letter.jpg"), "Dear Ann,\nthis is a letter and no photo.\n");
  await writeFile(join(folder, "half-copied.jpg"), last.subarray(0, last.length / 2));
  await writeFile(join(folder, "animation.gif"), await sharp(last).resize(320).gif().toBuffer());
}
