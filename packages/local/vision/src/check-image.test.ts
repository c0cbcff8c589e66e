import { expect, test } from "vitest";
import { checkImage } from "./check-image.ts";
import {
  ImageTooLargeException,
  InvalidImageFormatException,
  InvalidParameterException,
} from "./errors.ts";

/** The head of a PNG: signature and IHDR. */
function png({ width = 100, height = 100, interlaced = false } = {}): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.write("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.set([8, 6, 0, 0, interlaced ? 1 : 0], 24);
  return bytes;
}

test("takes sides from 80 to 10,000 px", () => {
  checkImage(png({ width: 80, height: 10_000 }));
  expect(() => checkImage(png({ width: 79 }))).toThrow(InvalidParameterException);
  expect(() => checkImage(png({ height: 10_001 }))).toThrow(ImageTooLargeException);
});

test("says of a picture that is both too long and too narrow that it is too large", () => {
  expect(() => checkImage(png({ width: 20_000, height: 1 }))).toThrow(
    "Image dimensions: 20000 x 1 pixels exceed the maximum limit.",
  );
});

test("takes up to 15 MB", () => {
  const limit = 15 * 1024 * 1024;
  checkImage(Buffer.concat([png()], limit));
  expect(() => checkImage(Buffer.concat([png()], limit + 1))).toThrow(ImageTooLargeException);
});

test("refuses what takes more than 256 MiB to decode, and takes the same picture row by row", () => {
  const size = { width: 8193, height: 8192 };
  checkImage(png(size));
  checkImage(png({ ...size, width: 8192, interlaced: true }));
  expect(() => checkImage(png({ ...size, interlaced: true }))).toThrow(ImageTooLargeException);
});

test("refuses what is neither JPEG nor PNG", () => {
  expect(() => checkImage(Buffer.from("GIF89a"))).toThrow(InvalidImageFormatException);
  expect(() => checkImage(Buffer.alloc(0))).toThrow("Request has invalid image format");
});
