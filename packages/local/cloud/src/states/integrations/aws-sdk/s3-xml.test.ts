import fc from "fast-check";
import { expect, test } from "vitest";
import { readS3Xml, writeS3Xml } from "./s3-xml.ts";

const document = (content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Result xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</Result>`;

/** Text as it may stand in a key: any characters, in UTF-8. */
const text = fc.string({ unit: "binary", maxLength: 12 });

test("what is written is read back, whatever characters it has", () => {
  const tagging = fc.record({ TagSet: fc.array(fc.record({ Key: text, Value: text })) });
  fc.assert(
    fc.property(tagging, (value) => {
      expect(readS3Xml(writeS3Xml("Tagging", value))).toEqual(value);
    }),
  );
});

test("a list is one, however many members it has", () => {
  const item = "<Contents><Key>a</Key><Size>1</Size></Contents>";
  const one = { Key: "a", Size: 1 };
  expect(readS3Xml(document(item))).toEqual({ Contents: [one] });
  expect(readS3Xml(document(item + item))).toEqual({ Contents: [one, one] });
  expect(readS3Xml(document("<Buckets/>"))).toEqual({ Buckets: [] });
});

test("numbers, yes or no, and times have their types; a key that looks like one stays text", () => {
  expect(
    readS3Xml(
      document(
        "<IsTruncated>false</IsTruncated><MaxKeys>10</MaxKeys><Contents><Key>007</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>",
      ),
    ),
  ).toEqual({
    IsTruncated: false,
    MaxKeys: 10,
    Contents: [{ Key: "007", LastModified: "2026-01-02T03:04:05Z" }],
  });
});

test("a delete marker is a member of a list of versions, and a yes or no of what was deleted", () => {
  expect(
    readS3Xml(document("<DeleteMarker><Key>a</Key><IsLatest>true</IsLatest></DeleteMarker>")),
  ).toEqual({ DeleteMarkers: [{ Key: "a", IsLatest: true }] });
  expect(
    readS3Xml(document("<Deleted><Key>a</Key><DeleteMarker>true</DeleteMarker></Deleted>")),
  ).toEqual({ Deleted: [{ Key: "a", DeleteMarker: true }] });
});
