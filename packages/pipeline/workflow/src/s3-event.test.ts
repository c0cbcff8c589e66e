import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeKey, padSequencer, s3Arrivals, unfiled } from "./s3-event.ts";

/** As S3 encodes a key in its events: form encoding of its UTF-8 bytes, `/` left as it is. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+");
}

function notification(key: string, changes: { versionId?: string; eventName?: string } = {}) {
  const { versionId, eventName = "ObjectCreated:Put" } = changes;
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        eventTime: "2026-05-01T10:00:00.123Z",
        eventName,
        s3: {
          bucket: { name: "landing", arn: "arn:aws:s3:::landing" },
          object: {
            key: encodeKey(key),
            size: 3,
            sequencer: "0055AED6DCD90281E5",
            ...(versionId === undefined ? {} : { versionId }),
          },
        },
      },
    ],
  };
}

describe("decodeKey", () => {
  test.each([
    ["Incoming/ann/summer/at+the+sea.jpg", "Incoming/ann/summer/at the sea.jpg"],
    ["Incoming/ann/summer/1%2B1.jpg", "Incoming/ann/summer/1+1.jpg"],
    ["Incoming/ann/summer/100%25.jpg", "Incoming/ann/summer/100%.jpg"],
    ["Incoming/ann/summer/%2541.jpg", "Incoming/ann/summer/%41.jpg"],
    ["Incoming/ann/summer/%F0%9F%8F%96.jpg", "Incoming/ann/summer/🏖.jpg"],
  ])("%s is the key %s", (encoded, key) => {
    expect(decodeKey(encoded)).toBe(key);
  });

  test("gives back every key that was encoded once", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (key) => {
        expect(decodeKey(encodeKey(key))).toBe(key);
      }),
    );
  });

  test("gives back a key of 1,024 bytes", () => {
    const key = `Incoming/ann/summer/${"ü".repeat(500)}.jpg`;
    expect(Buffer.byteLength(key)).toBe(1024);
    expect(decodeKey(encodeKey(key))).toBe(key);
  });

  test("knows what can't be an encoded key", () => {
    expect(decodeKey("100%.jpg")).toBeUndefined();
  });
});

test("padded sequencers sort as their numbers padded on the right", () => {
  const hex = fc.stringMatching(/^[0-9A-F]{1,32}$/);
  fc.assert(
    fc.property(hex, hex, (left, right) => {
      const width = Math.max(left.length, right.length);
      const number = (sequencer: string) => BigInt(`0x${sequencer.padEnd(width, "0")}`);
      const byNumber = number(left) < number(right);
      expect(padSequencer(left) < padSequencer(right)).toBe(byNumber);
    }),
  );
});

describe("s3Arrivals", () => {
  test("reads who a photo belongs to and which version came", () => {
    const [arrival] = s3Arrivals.parse(
      notification("Incoming/ann/summer/at the sea.jpg", { versionId: "v1" }),
    );
    expect(arrival).toEqual({
      photo: {
        imageID: expect.stringMatching(/^[0-9a-f]{32}$/),
        userID: "ann",
        albumID: "ann/summer",
        s3bucket: "landing",
        s3key: "Incoming/ann/summer/at the sea.jpg",
        versionId: "v1",
        sequencer: "0055AED6DCD90281E500000000000000",
      },
      uploadTime: "2026-05-01T10:00:00.123Z",
    });
  });

  test('an object of a bucket without versions is version "null"', () => {
    expect(s3Arrivals.parse(notification("Incoming/ann/a/b.jpg"))[0]?.photo.versionId).toBe("null");
  });

  test("a key of another form is an arrival with a fault that names the key", () => {
    const [arrival] = s3Arrivals.parse(notification("Incoming/lost.jpg"));
    expect(arrival).toMatchObject({
      photo: { userID: unfiled, albumID: unfiled, s3key: "Incoming/lost.jpg" },
      fault: 'its key "Incoming/lost.jpg" is not of the form Incoming/<user>/<album>/<file>',
    });
  });

  test("the test event that S3 sends brings nothing and is no error", () => {
    const testEvent = { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "landing" };
    expect(s3Arrivals.parse(testEvent)).toEqual([]);
  });

  test("events of other kinds bring nothing", () => {
    const removed = notification("Incoming/ann/a/b.jpg", { eventName: "ObjectRemoved:Delete" });
    expect(s3Arrivals.parse(removed)).toEqual([]);
  });

  test.each([
    ["no object", 42],
    ["an object without records", {}],
    [
      "a key that isn't encoded",
      {
        Records: [
          {
            ...notification("x").Records[0],
            s3: { bucket: { name: "b" }, object: { key: "100%.jpg", sequencer: "1" } },
          },
        ],
      },
    ],
  ])("%s is refused", (_, event) => {
    expect(s3Arrivals.safeParse(event).success).toBe(false);
  });
});
