import { expect, test } from "vitest";
import { explainDecodingFailure, isViewableAnyway } from "./decoding-failure.ts";

test.each([
  [
    "VipsJpeg: premature end of JPEG image",
    "the file is cut off: a part of the picture is missing",
  ],
  ["Corrupt JPEG data: premature end of data segment", "the picture's data is damaged or cut off"],
  ["vipspng: libpng read error", "the picture's data is damaged or cut off"],
  ["Input image exceeds pixel limit", "the picture has more pixels than can be processed"],
  [
    "heif: Error while loading plugin: Support for this compression format has not been built in: HEVC",
    "the picture is compressed with HEVC (HEIC), which is not supported yet",
  ],
  [
    "Input buffer has corrupt header: ",
    "the file starts like a picture, but its header is damaged",
  ],
  ["Input buffer contains unsupported image format", "the file is no picture that can be read"],
  ["", "the picture's data is damaged or cut off"],
  ["Unknown error", "the picture's data is damaged or cut off"],
])("the decoder's %j is for people: %s", (message, explanation) => {
  expect(explainDecodingFailure(new Error(message))).toBe(explanation);
});

test.each([
  ["VipsJpeg: Corrupt JPEG data: 6 extraneous bytes before marker 0xd9", true],
  ["VipsJpeg: Invalid SOS parameters for sequential JPEG", true],
  ["VipsJpeg: premature end of JPEG image", false],
  ["VipsJpeg: Corrupt JPEG data: premature end of data segment", false],
  ["vipspng: libpng read error", false],
  ["pngload_buffer: non-recoverable state", false],
])("%s: viewable anyway? %s", (message, viewable) => {
  expect(isViewableAnyway(new Error(message))).toBe(viewable);
});
