import type { Json } from "../../types.ts";
import { readerFailed } from "./reader-failed.ts";

/**
 * The values of a text that has one on each line; empty lines are passed over.
 * @throws MapRunError
 */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Json> {
  let number = 0;
  for await (const line of lines(chunks)) {
    number += 1;
    if (line.trim() !== "") yield parseLine(line, number);
  }
}

function parseLine(line: string, number: number): Json {
  try {
    return JSON.parse(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw readerFailed(`Line ${number} of the object is not valid JSON: ${reason}`);
  }
}

async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // A line may come in many pieces: they are put together once.
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) {
      pieces.push(part);
      yield pieces.join("");
      pieces = [];
    }
    if (last !== "") pieces.push(last);
  }
  yield pieces.join("") + decoder.decode();
}
