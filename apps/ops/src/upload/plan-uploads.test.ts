import { expect, test } from "vitest";
import type { FoundFile } from "./find-files.ts";
import { planUploads } from "./plan-uploads.ts";

/** A file below a folder that was given. */
function found(folder: string, name: string): FoundFile {
  const path = `${folder}/${name}`;
  return { shown: path, path, folder: folder.split("/").at(-1) ?? "", name };
}

const keys = (files: FoundFile[], album?: string) =>
  planUploads(files, "ann", album).map(({ key }) => key);

test("the album is the folder that was given, and below it names stay as they are", () => {
  const files = [found("/p/holiday", "a b+c%41.jpg"), found("/p/holiday", "day 1/x.jpg")];

  expect(keys(files)).toEqual([
    "Incoming/ann/holiday/a b+c%41.jpg",
    "Incoming/ann/holiday/day 1/x.jpg",
  ]);
});

test("an album that is given stands instead", () => {
  expect(keys([found("/p/holiday", "x.jpg")], "summer")).toEqual(["Incoming/ann/summer/x.jpg"]);
});

test("the root folder has no name: its photos have an album all the same", () => {
  expect(keys([found("", "x.jpg")])).toEqual(["Incoming/ann/photos/x.jpg"]);
});

test("files of one name from two folders are told apart by where they differ", () => {
  const files = [
    found("/cards/1/DCIM", "IMG_1.JPG"),
    found("/cards/2/DCIM", "IMG_1.JPG"),
    found("/cards/2/DCIM", "IMG_2.JPG"),
  ];

  expect(keys(files)).toEqual([
    "Incoming/ann/DCIM/1/DCIM/IMG_1.JPG",
    "Incoming/ann/DCIM/2/DCIM/IMG_1.JPG",
    "Incoming/ann/DCIM/IMG_2.JPG",
  ]);
});

test("one folder inside the other is told apart too", () => {
  expect(keys([found("/p", "x.jpg"), found("/p/sub", "x.jpg")], "all")).toEqual([
    "Incoming/ann/all/x.jpg",
    "Incoming/ann/all/sub/x.jpg",
  ]);
});

test("names that are still the same after that get one of their own", () => {
  const files = [found("/p/1", "x.jpg"), found("/p/2", "x.jpg"), found("/q", "1/x.jpg")];

  const planned = keys(files, "all");

  expect(new Set(planned).size).toBe(3);
  for (const key of planned) expect(key).toMatch(/^Incoming\/ann\/all\/.*x\.jpg$/);
});
