import fc from "fast-check";
import { expect, test } from "vitest";
import { readBoundary, readForm } from "./form-data.ts";

const disposition = (name: string, more = "") =>
  `Content-Disposition: form-data; name="${name}"${more}\r\n`;

function formOf(fields: readonly [string, string][], file: Buffer, filename = "f.txt"): Buffer {
  const parts = fields.map(([name, value]) => `--b\r\n${disposition(name)}\r\n${value}\r\n`);
  const head = `--b\r\n${disposition("file", `; filename="${filename}"`)}Content-Type: x/y\r\n\r\n`;
  return Buffer.concat([Buffer.from(parts.join("") + head), file, Buffer.from("\r\n--b--\r\n")]);
}

async function* inPieces(body: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function read(body: Buffer, size = body.length) {
  const form = await readForm(inPieces(body, size), "b");
  const file: Buffer[] = [];
  for await (const part of form.file) file.push(part);
  return { ...form, file: Buffer.concat(file) };
}

test("fields and file are the same however the form is cut into pieces", async () => {
  // Texts that nearly are a delimiter, which is where such a reader goes wrong.
  const text = fc
    .array(fc.constantFrom("\r", "\n", "-", "--", "b", "--b", "\r\n--", "x", "ä"))
    .map((parts) => parts.join(""))
    .filter((one) => !`\r\n${one}`.includes("\r\n--b") && !one.includes("\r\n--b"));
  await fc.assert(
    fc.asyncProperty(text, text, fc.integer({ min: 1, max: 40 }), async (value, file, size) => {
      const form = await read(formOf([["Key", value]], Buffer.from(file)), size);

      expect([...form.fields]).toEqual([["key", value]]);
      expect(form.file.toString()).toBe(file);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["a b.txt", "a b.txt"],
  ["C:\\photos\\a.jpg", "a.jpg"],
  ["../../a.jpg", "a.jpg"],
  ["say %22hi%22.txt", 'say "hi".txt'],
  ["", ""],
])("of the file's name %j counts %j", async (given, filename) => {
  expect((await read(formOf([], Buffer.from("x"), given))).filename).toBe(filename);
});

test.each([
  ["nothing", "", "MalformedPOSTRequest"],
  ["an end without a file", "--b--\r\n", "InvalidArgument"],
  ["a part without a name", "--b\r\n\r\nx\r\n--b--\r\n", "MalformedPOSTRequest"],
  [
    "a field that is there twice",
    `--b\r\n${disposition("key")}\r\n1\r\n--b\r\n${disposition("key")}\r\n2\r\n--b--\r\n`,
    "InvalidArgument",
  ],
  [
    "more than 20 kB in front of the file",
    `--b\r\n${disposition("key")}\r\n${"x".repeat(21_000)}\r\n--b--\r\n`,
    "MaxPostPreDataLengthExceededError",
  ],
  ["20 kB without any delimiter", "x".repeat(50_000), "MaxPostPreDataLengthExceededError"],
  [
    "a file that does not end",
    `--b\r\n${disposition("file")}\r\nhalf of it`,
    "MalformedPOSTRequest",
  ],
])("%s is refused", async (_, body, code) => {
  await expect(read(Buffer.from(body))).rejects.toMatchObject({ code });
});

test.each([
  ["multipart/form-data; boundary=abc", "abc"],
  ['multipart/form-data; charset=utf-8; boundary="a b"', "a b"],
  ["multipart/form-data", undefined],
  ["multipart/mixed; boundary=abc", undefined],
  [undefined, undefined],
])("the boundary of %j is %j", (type, boundary) => {
  expect(readBoundary(type)).toBe(boundary);
});
