import { expect, test } from "vitest";
import { readSyncRequest, workshopSource } from "./read-request.ts";

const defaults = { source: workshopSource("eu-west-1"), destination: "landing" };

test("without options the workshop's bucket goes to the landing bucket, what is under Incoming/", () => {
  expect(readSyncRequest({}, defaults)).toEqual({
    source: "sfn-image-workshop-bulk-photo-copy-eu-west-1",
    destination: "landing",
    prefix: "Incoming/",
    startAfter: "",
    deleteOrphans: false,
    dryRun: false,
    compareMetadata: false,
    preserveRedirects: false,
    preserveStorageClass: false,
    maximumFailedShare: 0,
    maximumOrphanShare: 0.1,
  });
});

test("each option goes into the machine's input, an empty prefix too", () => {
  const options = {
    source: "here-it-is",
    destination: "there-it-goes",
    prefix: "",
    startAfter: "Incoming/ünï 📷",
    deleteOrphans: true,
    dryRun: true,
    preserveRedirects: true,
    preserveStorageClass: true,
  };

  expect(
    readSyncRequest({ ...options, maximumFailedShare: "0.05", maximumOrphanShare: "1" }, defaults),
  ).toEqual({
    ...options,
    compareMetadata: false,
    maximumFailedShare: 0.05,
    maximumOrphanShare: 1,
  });
});

test.each([
  [{ source: "Upper" }, '--source "Upper" is no bucket\'s name'],
  [{ destination: "a" }, '--destination "a" is no bucket\'s name'],
  [{ source: "same", destination: "same" }, '--destination "same" is the source too'],
  [{ source: "landing" }, '--destination "landing" is the source too'],
  [{ startAfter: "k".repeat(1025) }, "--start-after"],
  [{ maximumOrphanShare: "20%" }, '--maximum-orphan-share "20%": give a share from 0 to 1'],
  [{ maximumFailedShare: "1.5" }, '--maximum-failed-share "1.5": give a share from 0 to 1'],
  [{ maximumFailedShare: "" }, '--maximum-failed-share "": give a share from 0 to 1'],
])("%j is bad usage, and the line names the option", (options, line) => {
  expect(() => readSyncRequest(options, defaults)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(line) }),
  );
});
