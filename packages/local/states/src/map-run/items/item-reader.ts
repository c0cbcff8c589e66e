import type { Fields } from "../../definition/fields.ts";
import { readTemplate } from "../../definition/path-fields.ts";
import type { Frame } from "../../engine/frame.ts";
import { isObject } from "../../jsonpath/path.ts";
import { type NumberField, readInteger } from "../../states/map-fields.ts";
import type { Json } from "../../types.ts";
import type { MapRunStorage, StorageCall } from "../storage.ts";
import { type CsvFormat, csvDelimiters, readCsv } from "./read-csv.ts";
import { readJson } from "./read-json.ts";
import { readJsonLines } from "./read-json-lines.ts";
import { readerFailed, readerFailure } from "./reader-failed.ts";

/** What an ItemReader reads, with its fields evaluated; it is read anew each time. */
export type ItemSource = (
  storage: MapRunStorage,
  call: Omit<StorageCall, "parameters">,
) => AsyncIterable<Json>;

type Read = (storage: MapRunStorage, call: StorageCall) => AsyncIterable<Json>;

const resources = {
  "arn:aws:states:::s3:getObject": ["Bucket", "Key"],
  "arn:aws:states:::s3:listObjectsV2": ["Bucket"],
} as const;

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
const mostItems = 100_000_000;

/** Reads the field ItemReader. */
export function parseItemReader(fields: Fields): (frame: Frame, input: Json) => ItemSource {
  fields.require("Resource", "Parameters");
  const resource = fields.oneOf("Resource", Object.keys(resources) as (keyof typeof resources)[]);
  const parameters = readTemplate(fields, "Parameters");
  const config = fields.inner("ReaderConfig");
  const isList = resource === "arn:aws:states:::s3:listObjectsV2";
  if (!isList) fields.require("ReaderConfig");
  const maxItems = config === undefined ? () => undefined : readMaxItems(config);
  const read = config === undefined || isList ? listObjects : parseFormat(config);
  config?.unsupported("Transformation");
  config?.close();
  fields.close();
  return (frame, input) => {
    const values = parameters?.(frame.scope(input)) ?? {};
    const most = maxItems(frame, input);
    return (storage, call) =>
      readSource(read, storage, { ...call, parameters: checked(values, resource) }, most);
  };
}

/** A negative number from a path fails the run, not the execution. */
function readMaxItems(config: Fields): NumberField {
  const range = { minimum: -Number.MAX_SAFE_INTEGER };
  if (config.has("MaxItemsPath")) return readInteger(config, "MaxItems", range);
  return readInteger(config, "MaxItems", { minimum: 0, maximum: mostItems });
}

function checked(
  values: Json,
  resource: keyof typeof resources | undefined,
): StorageCall["parameters"] {
  if (!isObject(values)) throw readerFailed("The Parameters of an ItemReader are an object");
  for (const name of resource === undefined ? [] : resources[resource]) {
    if (typeof values[name] !== "string" || values[name] === "") {
      throw readerFailed(`The parameter ${name} of the ItemReader must be a text that isn't empty`);
    }
  }
  return values;
}

async function* readSource(
  read: Read,
  storage: MapRunStorage,
  call: StorageCall,
  maxItems: number | undefined,
): AsyncGenerator<Json> {
  if (maxItems !== undefined && maxItems < 0) throw readerFailed("field MaxItems must be positive");
  // 0 sets no limit.
  let left = Math.min(maxItems === undefined || maxItems === 0 ? mostItems : maxItems, mostItems);
  try {
    for await (const item of read(storage, call)) {
      yield item;
      left -= 1;
      if (left === 0) return;
    }
  } catch (error) {
    throw readerFailure(error);
  }
}

async function* listObjects(storage: MapRunStorage, call: StorageCall): AsyncGenerator<Json> {
  for await (const page of storage.list(call)) {
    for (const { Etag, Key, LastModified, Size, StorageClass } of page) {
      yield { Etag, Key, LastModified, Size, StorageClass };
    }
  }
}

const inputTypes = ["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"] as const;

function parseFormat(config: Fields): Read {
  config.require("InputType");
  const type = config.oneOf("InputType", inputTypes);
  if (type === "MANIFEST" || type === "PARQUET") {
    config.refuse(
      `The InputType '${type}' is not supported by this engine`,
      config.at("InputType"),
    );
    for (const name of ["ManifestType"]) config.value(name);
  }
  if (type === "CSV") {
    const format = parseCsvFormat(config);
    return (storage, call) => readCsv(storage.read(call), format);
  }
  if (type === "JSONL") return (storage, call) => readJsonLines(storage.read(call));
  const keys = parsePointer(config);
  return (storage, call) => readJson(storage.read(call), keys);
}

function parseCsvFormat(config: Fields): CsvFormat {
  config.require("CSVHeaderLocation");
  const location = config.oneOf("CSVHeaderLocation", ["FIRST_ROW", "GIVEN"]);
  const headers = config.array("CSVHeaders")?.map((header) => {
    if (typeof header === "string") return header;
    config.refuse("Expected value of type String", config.at("CSVHeaders"));
    return "";
  });
  if (location === "GIVEN") config.require("CSVHeaders");
  if (location === "FIRST_ROW" && headers !== undefined) {
    config.refuse("The field 'CSVHeaders' is only supported where CSVHeaderLocation is GIVEN");
  }
  const names = Object.keys(csvDelimiters) as (keyof typeof csvDelimiters)[];
  const delimiter = config.oneOf("CSVDelimiter", names) ?? "COMMA";
  return { delimiter: csvDelimiters[delimiter], headers };
}

/** ItemsPointer: a JSON pointer to an array that stands in objects, https://www.rfc-editor.org/rfc/rfc6901. */
function parsePointer(config: Fields): string[] {
  const pointer = config.string("ItemsPointer");
  if (pointer === undefined || pointer === "") return [];
  const [start, ...keys] = pointer.split("/");
  if (start !== "" || !keys.every((key) => /^[\w-]+$/.test(key))) {
    config.refuse(
      "An ItemsPointer has a '/' before each key, and keys of letters, digits, '_' and '-' in this engine",
      config.at("ItemsPointer"),
    );
  }
  return keys;
}
