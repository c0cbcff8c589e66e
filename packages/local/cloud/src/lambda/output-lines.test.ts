import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readOutput } from "./output-lines.ts";

const marker = "0123456789abcdef0123456789abcdef";

/** What is read of output that comes in these pieces; a marker shows as an empty list. */
async function read(pieces: readonly (string | Buffer)[]): Promise<string[][]> {
  const stream = new PassThrough();
  const seen: string[][] = [];
  readOutput(stream, marker, {
    lines: (lines) => seen.push([...lines]),
    marker: () => seen.push([]),
  });
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await new Promise((resolve) => stream.on("close", resolve));
  return seen;
}

test("output is taken line by line, empty lines left out", async () => {
  expect((await read(["one\ntwo\n\n", "thr", "ee\n"])).flat()).toEqual(["one", "two", "three"]);
});

test("a last line without an end is told when the marker comes, and before it", async () => {
  expect(await read([`started\nhalf a line${marker}next\n`])).toEqual([
    ["started", "half a line"],
    [],
    ["next"],
  ]);
});

test("a last line without an end is told when the process ends", async () => {
  expect(await read(["no end"])).toEqual([["no end"]]);
});

test("a message of several lines, which came with CR, is one event", async () => {
  expect(await read(["first\rsecond\r\n"])).toEqual([["first\nsecond"]]);
});

test("a line that is larger than a log event is cut", async () => {
  const lines = (await read([`${"x".repeat(600_000)}\n`])).flat();

  expect(lines.join("")).toHaveLength(600_000);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(262_118);
});

test("lines and markers are the same however the output is cut into pieces", async () => {
  const text = `Größe ✓ eins\nzwei${marker}drei 🎉\n${marker}`;
  const bytes = Buffer.from(text);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }),
      async (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        const seen = await read(pieces.filter((piece) => piece.length > 0));
        expect(seen.filter((one) => one.length === 0)).toHaveLength(2);
        expect(seen.flat()).toEqual(["Größe ✓ eins", "zwei", "drei 🎉"]);
      },
    ),
  );
});
