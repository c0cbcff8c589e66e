import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import type { Json } from "../../types.ts";
import { readerFailed } from "./reader-failed.ts";

export const csvDelimiters = {
  COMMA: ",",
  PIPE: "|",
  SEMICOLON: ";",
  SPACE: " ",
  TAB: "\t",
} as const;

export interface CsvFormat {
  readonly delimiter: string;
  /** undefined: the first row has them. */
  readonly headers: readonly string[] | undefined;
}

/**
 * The rows of a CSV text, each as an object of texts by header. A field that a row lacks is empty; fields that have no
 * header are left out.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 * @throws MapRunError
 */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  { delimiter, headers: given }: CsvFormat,
): AsyncGenerator<Json> {
  const parser = parse({
    delimiter,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  // Its failures come out of the parser too.
  pipeline(Readable.from(chunks), parser, () => {});
  let headers = given;
  if (headers !== undefined) checkHeaders(headers);
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      if (headers !== undefined) {
        yield Object.fromEntries(headers.map((header, at) => [header, row[at] ?? ""]));
      } else {
        checkHeaders(row);
        headers = row;
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw readerFailed(`The object is not valid CSV: ${error.message}`);
  } finally {
    parser.destroy();
  }
}

function checkHeaders(headers: readonly string[]): void {
  if (new Set(headers).size < headers.length) {
    throw readerFailed("CSV headers cannot contain duplicates.");
  }
}
