import type { Fields } from "../definition/fields.ts";
import { readTemplate } from "../definition/path-fields.ts";
import type { Frame } from "../engine/frame.ts";
import { isObject } from "../jsonpath/path.ts";
import { type Json, TaskFailedError } from "../types.ts";
import { MapRunError, type MapRunResultFormat, type MapRunResultWriter } from "./host.ts";
import type { MapRunStorage, StorageCall } from "./storage.ts";

/** What a ResultWriter says, with its fields evaluated. */
export interface ResultWriting {
  readonly format: MapRunResultFormat;
  /** undefined: the results are the output. */
  readonly target: Json | undefined;
}

const failed = (cause: string): MapRunError => new MapRunError("States.ResultWriterFailed", cause);

/** Reads the field ResultWriter. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html */
export function parseResultWriter(fields: Fields): (frame: Frame, input: Json) => ResultWriting {
  const exports = fields.has("Resource") || fields.has("Parameters");
  if (exports || !fields.has("WriterConfig")) fields.require("Resource", "Parameters");
  fields.oneOf("Resource", ["arn:aws:states:::s3:putObject"]);
  const parameters = readTemplate(fields, "Parameters");
  const config = fields.inner("WriterConfig");
  const format = config === undefined ? undefined : parseFormat(config, exports);
  fields.close();
  return (frame, input) => ({
    format: format ?? { transformation: exports ? "NONE" : "COMPACT", outputType: "JSON" },
    target: parameters?.(frame.scope(input)),
  });
}

function parseFormat(config: Fields, exports: boolean): MapRunResultFormat {
  config.require("Transformation", "OutputType");
  const transformation = config.oneOf("Transformation", ["NONE", "COMPACT", "FLATTEN"]) ?? "NONE";
  const outputType = config.oneOf("OutputType", ["JSON", "JSONL"]) ?? "JSON";
  if (outputType === "JSONL" && !exports) {
    config.refuse(
      "The OutputType 'JSONL' without a Resource is not supported by this engine",
      config.at("OutputType"),
    );
  }
  config.close();
  return { transformation, outputType };
}

/**
 * Where a run's results are written.
 * @param target the parameters: Bucket and perhaps Prefix
 * @param id of the map run
 */
export function resultWriter(
  target: Json,
  id: string,
  storage: MapRunStorage | undefined,
  call: Omit<StorageCall, "parameters">,
): MapRunResultWriter {
  const { Bucket, Prefix = "", ...others } = isObject(target) ? target : {};
  const bucket = typeof Bucket === "string" ? Bucket : "";
  const prefix = typeof Prefix === "string" ? Prefix : "";
  return {
    bucket,
    folder: prefix === "" || prefix.endsWith("/") ? `${prefix}${id}` : `${prefix}/${id}`,
    async write(key, body) {
      if (bucket === "")
        throw failed("The parameter Bucket of the ResultWriter must be a text that isn't empty");
      if (typeof Prefix !== "string")
        throw failed("The parameter Prefix of the ResultWriter must be a text");
      if (storage === undefined)
        throw failed("This engine was started without a storage for Distributed Maps.");
      try {
        await storage.write({ ...call, parameters: { ...others, Bucket: bucket, Key: key } }, body);
      } catch (error) {
        throw error instanceof TaskFailedError ? failed(error.cause) : error;
      }
    },
  };
}
