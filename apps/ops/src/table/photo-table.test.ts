import type { ImageItem, Moderation } from "@darkroom/workflow";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import type { PhotoResult } from "../photo-board.ts";
import { photoTable } from "./photo-table.ts";

const plain = (width: number) => ({ width, style: (_: string, text: string) => text });

const row: ImageItem = {
  imageID: "0",
  albumID: "ann/summer",
  userID: "ann",
  uploadTime: "2026-01-01T00:00:00.000Z",
  s3bucket: "landing",
  s3key: "Incoming/ann/summer/beach.jpg",
  executionArn: "arn",
  status: "READY",
  extractedMetadata: {
    format: "JPEG",
    width: 1920,
    height: 1280,
    fileSize: 144_516,
    creationTime: "2017-10-31T20:16:18",
    exifMake: "SONY",
    exifModel: "ILCE-7M2",
    geo: {
      latitude: { D: 37, M: 19, S: 10.69, Direction: "N" },
      longitude: { D: 121, M: 56, S: 47.4, Direction: "W" },
    },
  },
  tags: [
    { name: "Chair", confidence: 71 },
    { name: "Person", confidence: 98 },
    { name: "Wine Glass", confidence: 64 },
  ],
};
const ready: PhotoResult = { file: "summer/beach.jpg", imageID: "0", status: "READY", row };
const refused: PhotoResult = {
  file: "summer/letter.jpg",
  imageID: "1",
  status: "UNSUPPORTED",
  errReason: "it is text, not a picture, and there is a lot more to say about why that is so",
};

test("a wide terminal shows each photo in one line, the surest label first", () => {
  expect(photoTable([ready], plain(140))).toEqual([
    "FILE              STATUS  SIZE            TAKEN             CAMERA         PLACE             LABELS",
    "summer/beach.jpg  READY   JPEG 1920×1280  2017-10-31 20:16  SONY ILCE-7M2  37°19′N 121°56′W  Person, Chair, Wine Glass",
  ]);
});

test("of a photo that waits for a person it says why", () => {
  const moderation: Moderation = {
    verdict: "suspect",
    policyVersion: "1",
    modelVersion: "local",
    labels: [],
    reason: "Smoking 71 is at or above 60",
  };
  const waiting: PhotoResult = { ...ready, status: "PENDING_REVIEW", row: { ...row, moderation } };
  expect(photoTable([waiting], plain(140))[1]).toBe(
    "summer/beach.jpg  PENDING_REVIEW  waits for a person: Smoking 71 is at or above 60",
  );
});

test("a narrow terminal shows all of it in two", () => {
  expect(photoTable([ready], plain(80))).toEqual([
    "FILE              STATUS  SIZE            TAKEN",
    "  CAMERA · PLACE · LABELS",
    "summer/beach.jpg  READY   JPEG 1920×1280  2017-10-31 20:16",
    "  SONY ILCE-7M2 · 37°19′N 121°56′W · Person, Chair, Wine Glass",
  ]);
});

test("a reason takes the room of what isn't known, in as many lines as it needs", () => {
  expect(photoTable([ready, refused], plain(121)).slice(2)).toEqual([
    "summer/letter.jpg  UNSUPPORTED  it is text, not a picture, and there is a lot more to say about why that is so",
  ]);
  expect(photoTable([ready, refused], plain(60)).slice(-3)).toEqual([
    "summer/letter.jpg  UNSUPPORTED",
    "  it is text, not a picture, and there is a lot more to say",
    "  about why that is so",
  ]);
});

test.each([40, 60, 80, 100, 120, 160])("no line is wider than %i columns", (width) => {
  const long = {
    ...ready,
    file: "a folder/with/写真/and a very long name for a photo, really.jpg",
  };

  for (const line of photoTable([ready, refused, long], plain(width))) {
    expect(stringWidth(line)).toBeLessThanOrEqual(width);
  }
});

test("into a file goes everything, however wide", () => {
  const lines = photoTable([ready, refused], plain(Number.POSITIVE_INFINITY));

  expect(lines).toHaveLength(3);
  expect(lines.join("\n")).toContain(refused.errReason);
});

test("a file name can't rewrite the screen", () => {
  const evil = { ...ready, file: "\u001b[2J\r.jpg" };

  expect(photoTable([evil], plain(140)).join("\n")).not.toMatch(/(?!\n)\p{Cc}/u);
});

test("columns that no photo fills are left out", () => {
  const { extractedMetadata: _, tags: __, ...bare } = row;

  expect(photoTable([{ ...ready, row: bare }], plain(80))).toEqual([
    "FILE              STATUS",
    "summer/beach.jpg  READY",
  ]);
});
