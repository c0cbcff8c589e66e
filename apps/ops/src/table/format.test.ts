import { expect, test } from "vitest";
import {
  formatBytes,
  formatCamera,
  formatDuration,
  formatLabels,
  formatPicture,
  formatPlace,
  formatTaken,
} from "./format.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [144_516, "145 kB"],
  [999_999, "1.0 MB"],
  [3_140_000, "3.1 MB"],
  [2e12, "2.0 TB"],
  [5e15, "5000 TB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, "0.00 s"],
  [423, "0.42 s"],
  [9996, "10.0 s"],
  [59_960, "1 min 00 s"],
  [184_000, "3 min 04 s"],
  [3_599_900, "1 h 00 min"],
  [7_800_000, "2 h 10 min"],
  [604_800_000, "7 d 0 h"],
])("%i ms are %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("a model that begins with its make stands alone", () => {
  const metadata = { format: "JPEG", width: 3, height: 2, fileSize: 1 } as const;

  expect(formatPicture(metadata)).toBe("JPEG 3×2");
  expect(formatCamera({ ...metadata, exifMake: "SONY", exifModel: "ILCE-7" })).toBe("SONY ILCE-7");
  expect(formatCamera({ ...metadata, exifMake: "Canon", exifModel: "Canon EOS R5" })).toBe(
    "Canon EOS R5",
  );
  expect(formatCamera({ ...metadata, exifModel: "Scanner" })).toBe("Scanner");
  expect(formatCamera(metadata)).toBe("");
});

test("a time is the camera's own, to the minute", () => {
  expect(formatTaken("2024-05-06T07:08:09+02:00")).toBe("2024-05-06 07:08");
});

test("a place is told to the minute", () => {
  const place = formatPlace({
    latitude: { D: 46, M: 5, S: 59.9, Direction: "S" },
    longitude: { D: 7, M: 15, S: 0, Direction: "W" },
  });

  expect(place).toBe("46°05′S 7°15′W");
});

test("as many labels as fit are shown, the surest first", () => {
  const tags = [
    { name: "Chair", confidence: 70 },
    { name: "Person", confidence: 99 },
    { name: "Dining Table", confidence: 61 },
  ];

  expect(formatLabels(tags, 40)).toBe("Person, Chair, Dining Table");
  expect(formatLabels(tags, 18)).toBe("Person, Chair +1");
  expect(formatLabels(tags, 3)).toBe("Person +2");
  expect(formatLabels([], 10)).toBe("");
});
