import { JSONParser } from "@streamparser/json";
import { isArray } from "../../jsonpath/path.ts";
import type { Json } from "../../types.ts";
import { readerFailed } from "./reader-failed.ts";

/**
 * The elements of an array in a JSON text, as they come: neither the text nor the array is held.
 * @param keys where the array is: the keys of the objects around it, from the outermost
 * @throws MapRunError if there is no array
 */
export async function* readJson(
  chunks: AsyncIterable<Uint8Array>,
  keys: readonly string[],
): AsyncGenerator<Json> {
  const path = ["$", ...keys].join(".");
  const parser = new JSONParser({ paths: [`${path}.*`, path], keepStack: false });
  let found: Json[] = [];
  let whole: { readonly isArray: boolean } | undefined;
  let syntaxError: Error | undefined;
  parser.onValue = ({ value, key, parent, stack }) => {
    // Elements come before the array that they stand in.
    if (stack.length === keys.length) {
      whole = { isArray: isArray(value as Json) };
    } else if (typeof key === "number" && Array.isArray(parent)) {
      found.push(value as Json);
      // The parser only forgets what stands in nothing that is asked for, and here the array itself is.
      parent.length -= 1;
    } else {
      whole = { isArray: false };
    }
  };
  parser.onError = (error) => {
    syntaxError ??= error;
  };
  for await (const chunk of chunks) {
    parser.write(chunk);
    if (whole?.isArray === false) throw notIterable();
    yield* found;
    found = [];
    if (syntaxError !== undefined) throw invalid(syntaxError);
  }
  // A number at the top has its end only here.
  if (!parser.isEnded) parser.end();
  if (syntaxError !== undefined) throw invalid(syntaxError);
  if (whole?.isArray !== true) throw notIterable();
}

const notIterable = (): Error => readerFailed("Attempting to map over non-iterable node.");
const invalid = (error: Error): Error =>
  readerFailed(`The object is not valid JSON: ${error.message}`);
