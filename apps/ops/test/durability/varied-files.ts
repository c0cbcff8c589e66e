import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { seededRandom } from "../../demo/seeded-random.ts";

/** A file to upload, and how it has to end. */
export interface VariedFile {
  readonly key: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly status: "READY" | "UNSUPPORTED";
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/**
 * JPEG and PNG photos from a few hundred bytes (kept in a row of the database) to some hundred thousand (a file of their
 * own), and one in eight that is no photo: all different, and the same for the same seed.
 */
export async function variedFiles(count: number, seed: number): Promise<VariedFile[]> {
  const random = seededRandom(seed);
  const [jpegs, pngs] = await templates;
  return Array.from({ length: count }, (_, index) => {
    const mark = `${seed}-${index}-${random().toString(36).slice(2)}`;
    const file = (name: string, bytes: Buffer, status: VariedFile["status"]): VariedFile => ({
      key: `Incoming/user${index % 3}/album${index % 7}/${index}-${name}`,
      bytes,
      sha256: sha256(bytes),
      status,
    });
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    if (index % 8 === 5) {
      return file("letter.jpg", Buffer.from(`No photo: ${mark}\n`.repeat(20)), "UNSUPPORTED");
    }
    if (index % 8 === 3) return file("photo.png", markedPng(pick(pngs), mark), "READY");
    return file("photo.jpg", markedJpeg(pick(jpegs), mark), "READY");
  });
}

/** Decoded once for all files of a run: what makes them differ is a comment inside. */
const templates = (async () => {
  const random = seededRandom(1);
  // Noise hardly compresses, so that a large picture is a large file.
  const picture = (width: number, height: number) =>
    sharp(
      Uint8Array.from({ length: width * height * 3 }, () => 90 + random() * 90),
      { raw: { width, height, channels: 3 } },
    );
  const jpegs = [16, 64, 200, 320, 480, 900].map((width) =>
    picture(width, Math.ceil(width * 0.7))
      .jpeg({ quality: 70 })
      .toBuffer(),
  );
  const pngs = [8, 90, 240].map((width) => picture(width, width).png().toBuffer());
  return [await Promise.all(jpegs), await Promise.all(pngs)] as const;
})();

/** With a comment segment behind the start marker (ITU T.81, B.2.4.5). */
function markedJpeg(jpeg: Buffer, mark: string): Buffer {
  const header = Buffer.from([0xff, 0xfe, 0, mark.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), header, Buffer.from(mark), jpeg.subarray(2)]);
}

const pngHeaderLength = 33;

/** With a tEXt chunk behind IHDR (https://www.w3.org/TR/png-3/#11tEXt). */
function markedPng(png: Buffer, mark: string): Buffer {
  const body = Buffer.from(`tEXtComment\0${mark}`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length - 4);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([
    png.subarray(0, pngHeaderLength),
    length,
    body,
    checksum,
    png.subarray(pngHeaderLength),
  ]);
}
