import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { readReplies } from "./frames.ts";

function frame(header: unknown, body: string): Buffer {
  const [head, content] = [Buffer.from(JSON.stringify(header)), Buffer.from(body)];
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(head.length, 0);
  lengths.writeUInt32LE(content.length, 4);
  return Buffer.concat([lengths, head, content]);
}

async function read(bytes: Buffer, pieceLength: number) {
  const stream = new PassThrough();
  const seen: unknown[] = [];
  readReplies(
    stream,
    (kind, body) => seen.push([kind, body]),
    (error) => seen.push(String(error)),
  );
  for (let start = 0; start < bytes.length; start += pieceLength) {
    stream.write(bytes.subarray(start, start + pieceLength));
  }
  stream.end();
  await new Promise((resolve) => stream.on("close", resolve));
  return seen;
}

test.each([1, 7, 1000])(
  "frames are read whole when they come in pieces of %i bytes",
  async (length) => {
    const bytes = Buffer.concat([
      frame({ kind: "ready" }, ""),
      frame({ kind: "result" }, '"grün"'),
    ]);

    expect(await read(bytes, length)).toEqual([
      ["ready", ""],
      ["result", '"grün"'],
    ]);
  },
);

test("what is no frame of ours is told once, and nothing after it is believed", async () => {
  const broken = Buffer.concat([frame({ kind: "own" }, ""), frame({ kind: "result" }, "1")]);

  expect(await read(broken, 1000)).toEqual([expect.stringContaining("kind")]);
});

test("a frame that says it is huge is not waited for", async () => {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(2 ** 31, 4);

  expect(await read(lengths, 8)).toEqual([expect.stringContaining("bytes")]);
});
