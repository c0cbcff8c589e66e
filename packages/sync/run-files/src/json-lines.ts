import { parseJson } from "@darkroom/lambda";
import type * as z from "zod";

/** What every file of JSON lines is stored as. */
export const jsonLinesType = "application/jsonl";

export const formatLines = (values: readonly object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** @throws {InvalidInputError} a line that isn't of the schema */
export const parseLines = <T>(schema: z.ZodType<T>, text: string): T[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parseJson(schema, line));

/**
 * Parses lines as their bytes arrive, and holds no more than a chunk of them.
 * @throws {InvalidInputError} a line that isn't of the schema
 */
export async function* parseLinesOf<T>(
  schema: z.ZodType<T>,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield parseJson(schema, line);
  }
  yield* parseLines(schema, rest + decoder.decode());
}
