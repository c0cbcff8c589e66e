import { expect, test } from "vitest";
import { readAddress, readCopySource } from "./address.ts";

test.each([
  ["/", {}],
  ["/bucket", { bucket: "bucket" }],
  ["/bucket/", { bucket: "bucket" }],
  ["/bucket/key", { bucket: "bucket", key: "key" }],
  ["/bucket//x", { bucket: "bucket", key: "/x" }],
  ["/bucket/x//y/", { bucket: "bucket", key: "x//y/" }],
  ["/bucket/../x", { bucket: "bucket", key: "../x" }],
  ["/bucket/a%2Bb+c%20d%2541", { bucket: "bucket", key: "a+b+c d%41" }],
  ["/bucket/%F0%9F%98%80", { bucket: "bucket", key: "😀" }],
])("in %s the bucket comes first, and the key is what follows", (path, address) => {
  expect(readAddress("127.0.0.1", path)).toEqual(address);
});

test("with the bucket in the host all of the path is the key", () => {
  expect(readAddress("bucket.localhost", "/a/b")).toEqual({ bucket: "bucket", key: "a/b" });
  expect(readAddress("bucket.localhost", "/")).toEqual({ bucket: "bucket" });
});

test("a path without a bucket is none that lists all buckets", () => {
  expect(() => readAddress("127.0.0.1", "//key")).toThrow("The specified bucket is not valid.");
});

test("a key has at most 1,024 bytes, whatever they are", () => {
  expect(readAddress("127.0.0.1", `/b/${"k".repeat(1024)}`).key).toHaveLength(1024);
  expect(() => readAddress("127.0.0.1", `/b/${"%C3%A9".repeat(513)}`)).toThrow(
    "Your key is too long",
  );
});

test.each([
  ["bucket/key", { bucket: "bucket", key: "key" }],
  ["/bucket/a/b%20c", { bucket: "bucket", key: "a/b c" }],
  ["bucket%2Fa%2Fb", { bucket: "bucket", key: "a/b" }],
  ["bucket/key?versionId=abc", { bucket: "bucket", key: "key", versionId: "abc" }],
  ["bucket/a%3FversionId=b", { bucket: "bucket", key: "a?versionId=b" }],
])("the copy source %s is understood", (header, source) => {
  expect(readCopySource(header)).toEqual(source);
});

test.each(["", "bucket", "bucket/", "/bucket"])("the copy source %j names no object", (header) => {
  expect(() => readCopySource(header)).toThrow("sourcebucket/sourcekey");
});
