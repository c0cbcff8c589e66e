import { describe, expect, test } from "vitest";
import {
  derivedKey,
  derivedPrefixes,
  executionArn,
  executionName,
  imageIdOf,
  incomingPrefix,
  parseIncomingKey,
  quarantineKey,
  quarantinePrefix,
} from "./photo-identity.ts";

const photo = {
  imageID: "0123456789abcdef0123456789abcdef",
  s3bucket: "landing",
  s3key: "Incoming/ann/summer/sea.jpg",
  versionId: "v1",
  sequencer: "00A1",
};

describe("executionName", () => {
  test("is a name that StartExecution takes", () => {
    expect(executionName(photo, 1)).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
  });

  test("is the same for the same version whatever its event's sequencer", () => {
    expect(executionName({ ...photo, sequencer: "00B2" }, 1)).toBe(executionName(photo, 1));
  });

  test.each([
    ["version", { ...photo, versionId: "v2" }, 1],
    ["key", { ...photo, s3key: "Incoming/ann/summer/sun.jpg" }, 1],
    ["bucket", { ...photo, s3bucket: "other" }, 1],
    ["attempt", photo, 2],
  ])("is another for another %s", (_, other, attempt) => {
    expect(executionName(other, attempt)).not.toBe(executionName(photo, 1));
  });

  test("tells the writes of a key apart in a bucket without versions", () => {
    const unversioned = { ...photo, versionId: "null" };
    expect(executionName({ ...unversioned, sequencer: "00B2" }, 1)).not.toBe(
      executionName(unversioned, 1),
    );
  });
});

test("executionArn is the ARN that Step Functions gives an execution of that name", () => {
  expect(executionArn("arn:aws:states:eu-west-1:123456789012:stateMachine:images", "abc-r1")).toBe(
    "arn:aws:states:eu-west-1:123456789012:execution:images:abc-r1",
  );
});

test("an image keeps its id over its versions, and another key has another", () => {
  expect(imageIdOf("landing", "Incoming/ann/a/b.jpg")).toMatch(/^[0-9a-f]{32}$/);
  expect(imageIdOf("landing", "a")).not.toBe(imageIdOf("landing", "b"));
});

describe("derivedKey", () => {
  test("is never under the prefix whose objects start executions", () => {
    for (const prefix of Object.values(derivedPrefixes)) {
      expect(prefix.startsWith(incomingPrefix)).toBe(false);
    }
  });

  test("belongs to one version of one photo", () => {
    const key = derivedKey("thumbnail", photo, "jpg");
    expect(key).toMatch(/^Thumbnail\/[0-9a-f]{32}\/[0-9a-f]{16}\.jpg$/);
    expect(derivedKey("thumbnail", { ...photo, versionId: "v2" }, "jpg")).not.toBe(key);
  });
});

describe("quarantineKey", () => {
  test("is under a prefix of its own, where no object starts an execution and nothing derived is", () => {
    const prefixes = [incomingPrefix, ...Object.values(derivedPrefixes)];
    expect(prefixes.filter((prefix) => quarantinePrefix.startsWith(prefix))).toEqual([]);
    expect(quarantineKey(photo).startsWith(quarantinePrefix)).toBe(true);
  });

  test("belongs to one version of one photo, also in a bucket without versions", () => {
    const key = quarantineKey(photo);
    expect(key).toMatch(/^Quarantine\/[0-9a-f]{32}\/[0-9a-f]{16}$/);
    expect(quarantineKey({ ...photo, versionId: "v2" })).not.toBe(key);
    expect(quarantineKey({ ...photo, sequencer: "00B2" })).toBe(key);
    const unversioned = { ...photo, versionId: "null" };
    expect(quarantineKey({ ...unversioned, sequencer: "00B2" })).not.toBe(
      quarantineKey(unversioned),
    );
  });
});

describe("parseIncomingKey", () => {
  test.each([
    ["Incoming/ann/summer/sea.jpg", { userID: "ann", albumID: "ann/summer" }],
    ["Incoming/ann/summer/beach/sea.jpg", { userID: "ann", albumID: "ann/summer" }],
    ["Incoming/ann b/é/🏖.jpg", { userID: "ann b", albumID: "ann b/é" }],
  ])("%s", (key, owner) => {
    expect(parseIncomingKey(key)).toEqual(owner);
  });

  test.each([
    "Incoming/sea.jpg",
    "Incoming/ann/sea.jpg",
    "Incoming/ann//sea.jpg",
    "Incoming//summer/sea.jpg",
    "Incoming/ann/summer/",
    "incoming/ann/summer/sea.jpg",
    "Thumbnail/ann/summer/sea.jpg",
    "",
  ])("%j says nothing about whose it is", (key) => {
    expect(parseIncomingKey(key)).toBeUndefined();
  });
});
