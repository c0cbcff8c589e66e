import { expect, test } from "vitest";
import * as z from "zod";
import { formatLines, parseLines, parseLinesOf } from "./json-lines.ts";

/** What comes, in order. */
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const line = z.strictObject({ key: z.string() });
const lines = ["a", "", "two\nlines", "\u2028", "é😀", "\u0000", '"'].map((key) => ({ key }));

async function* inChunks(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("keys of every kind come back as they were", () => {
  expect(parseLines(line, formatLines(lines))).toEqual(lines);
  expect(parseLines(line, "")).toEqual([]);
});

test.each([1, 2, 3, 7, 10_000])("and as well from chunks of %d bytes", async (size) => {
  expect(await all(parseLinesOf(line, inChunks(formatLines(lines), size)))).toEqual(lines);
});

test("the last line may lack its end", async () => {
  const text = formatLines(lines).trimEnd();
  expect(await all(parseLinesOf(line, inChunks(text, 5)))).toEqual(lines);
});

test("a line that isn't of the schema is named", async () => {
  const wrong = '{"key":"a"}\n{"kez":"b"}\n';
  expect(() => parseLines(line, wrong)).toThrow(/kez/);
  await expect(all(parseLinesOf(line, inChunks(wrong, 4)))).rejects.toMatchObject({
    name: "InvalidInputError",
  });
});
