import {
  ImageTooLargeException,
  InvalidImageFormatException,
  InvalidParameterException,
} from "./errors.ts";
import { readImageHeader } from "./image-header.ts";

/** https://docs.aws.amazon.com/rekognition/latest/dg/limits.html */
const limits = { bytes: 15 * 1024 * 1024, shortestSide: 80, longestSide: 10_000 } as const;

/**
 * Rekognition has no such limit: a picture within its own may ask a decoder for 800 MB. 256 MiB is a
 * progressive JPEG of 44 megapixels without, or 89 with, the usual subsampling.
 */
const maximumBufferedBytes = 256 * 1024 * 1024;

/**
 * Refuses what Rekognition doesn't take, by the header alone.
 * @throws {InvalidImageFormatException} neither JPEG nor PNG
 * @throws {InvalidParameterException} a side below 80 px
 * @throws {ImageTooLargeException} more than 15 MB or 10,000 px, or too much memory to decode
 */
export function checkImage(image: Uint8Array): void {
  if (image.byteLength > limits.bytes) {
    throw new ImageTooLargeException(
      `Image size of ${image.byteLength} bytes exceeds the maximum limit of ${limits.bytes}.`,
    );
  }
  const header = readImageHeader(image);
  if (header === undefined) throw new InvalidImageFormatException();
  const { width, height, bufferedBytes } = header;
  if (Math.max(width, height) > limits.longestSide) {
    throw new ImageTooLargeException(
      `Image dimensions: ${width} x ${height} pixels exceed the maximum limit.`,
    );
  }
  if (Math.min(width, height) < limits.shortestSide) throw new InvalidParameterException();
  if (bufferedBytes > maximumBufferedBytes) {
    throw new ImageTooLargeException(
      `Image dimensions: ${width} x ${height} pixels, progressive or interlaced, take ${bufferedBytes} bytes to decode, more than the local limit of ${maximumBufferedBytes}.`,
    );
  }
}
