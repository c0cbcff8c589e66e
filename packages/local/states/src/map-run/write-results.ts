import type { MapRunCall, MapRunOutcome, MapRunResultWriter } from "./host.ts";
import { resultTexts } from "./result-text.ts";
import type { MapRunGroup, MapRunStore } from "./store.ts";

/** The order that the manifest has them in. */
const groups = [
  ["FAILED", "failed"],
  ["PENDING", "pending"],
  ["SUCCEEDED", "succeeded"],
] as const satisfies [string, MapRunGroup][];

interface ResultFile {
  readonly Key: string;
  readonly Size: number;
}

/**
 * Writes the children's results, one file for each group that has any, and the manifest that names the files.
 * It may be done again: the keys are the same.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 * @returns what the Map gives instead of the results
 * @throws MapRunError
 */
export async function writeResults(
  call: MapRunCall,
  writer: MapRunResultWriter,
  store: MapRunStore,
): Promise<MapRunOutcome> {
  const files: Record<string, ResultFile[]> = {};
  for (const [name, group] of groups) {
    const file = await writeFile(call, writer, store, name, group);
    files[name] = file === undefined ? [] : [file];
  }
  const manifest = {
    DestinationBucket: writer.bucket,
    MapRunArn: call.mapRunArn,
    ResultFiles: files,
  };
  const Key = `${writer.folder}/manifest.json`;
  await writer.write(Key, single(JSON.stringify(manifest)));
  const details = {
    MapRunArn: call.mapRunArn,
    ResultWriterDetails: { Bucket: writer.bucket, Key },
  };
  return { output: JSON.stringify(details) };
}

async function writeFile(
  call: MapRunCall,
  writer: MapRunResultWriter,
  store: MapRunStore,
  name: string,
  group: MapRunGroup,
): Promise<ResultFile | undefined> {
  if ((await store.results(group, 0, 1)).length === 0) return undefined;
  const lines = call.resultFormat.outputType === "JSONL";
  const Key = `${writer.folder}/${name}_0.${lines ? "jsonl" : "json"}`;
  let Size = 0;
  async function* body(): AsyncGenerator<string> {
    for await (const text of joined(resultTexts(call, store, group), lines)) {
      Size += Buffer.byteLength(text);
      yield text;
    }
  }
  await writer.write(Key, body());
  return { Key, Size };
}

async function* joined(texts: AsyncIterable<string>, lines: boolean): AsyncGenerator<string> {
  let first = true;
  for await (const text of texts) {
    if (lines) yield `${text}\n`;
    else yield `${first ? "[" : ","}${text}`;
    first = false;
  }
  if (!lines) yield first ? "[]" : "]";
}

async function* single(text: string): AsyncGenerator<string> {
  yield text;
}
