import type { Fields } from "../definition/fields.ts";
import type { Branch } from "../definition/machine.ts";
import { readDefinitePath, readTemplate } from "../definition/path-fields.ts";
import type { StateContext } from "../definition/state-context.ts";
import type { Frame } from "../engine/frame.ts";
import { isArray } from "../jsonpath/path.ts";
import { findForField, type Query } from "../payload/query.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Template } from "../payload/template.ts";
import type { Json } from "../types.ts";
import { refuseInExpress } from "./express-limits.ts";

/** What a Map runs for each item. */
export interface Processor {
  readonly branch: Branch;
  /** undefined: inline. */
  readonly executionType: "STANDARD" | "EXPRESS" | undefined;
}

/** A number that a field gives, or that its twin whose name ends in Path finds. */
export type NumberField = (frame: Frame, input: Json) => number | undefined;

/** Reads ItemProcessor, or Iterator, which is its older name; AWS takes ProcessorConfig in both. */
export function readProcessor(
  fields: Fields,
  parseBranch: StateContext["parseBranch"],
): Processor | undefined {
  fields.exclusive(["ItemProcessor", "Iterator"], "one");
  const processor = fields.inner("ItemProcessor") ?? fields.inner("Iterator");
  if (processor === undefined) return undefined;
  processor.string("Comment");
  const config = processor.inner("ProcessorConfig");
  const executionType = config === undefined ? undefined : readExecutionType(config);
  if (executionType === "EXPRESS") refuseInExpress(processor);
  const branch = parseBranch(processor);
  processor.close();
  return { branch, executionType };
}

function readExecutionType(config: Fields): Processor["executionType"] {
  let type: Processor["executionType"];
  if (config.oneOf("Mode", ["INLINE", "DISTRIBUTED"]) === "DISTRIBUTED") {
    config.require("ExecutionType");
    // What is wrong with it was told; as a Distributed Map the rest can be read.
    type = config.oneOf("ExecutionType", ["STANDARD", "EXPRESS"]) ?? "STANDARD";
  }
  config.close();
  return type;
}

/** Reads ItemSelector, or Parameters, which is its older name. */
export function readSelector(fields: Fields): Template | undefined {
  fields.exclusive(["ItemSelector", "Parameters"], "at most one");
  return readTemplate(fields, "ItemSelector") ?? readTemplate(fields, "Parameters");
}

export function readItems(fields: Fields): (frame: Frame, input: Json) => readonly Json[] {
  const path = readDefinitePath(fields, "ItemsPath");
  return (frame, input) => {
    const items = path === undefined ? input : findForField(path, frame.scope(input));
    if (isArray(items)) return items;
    throw new RuntimeFault(`Reference path "${path?.source ?? "$"}" must point to array.`);
  };
}

/** Reads MaxConcurrency, or its path: a number of 0 or more; 0 sets no limit but the service's. */
export function readConcurrency(fields: Fields): (frame: Frame, input: Json) => number {
  const read = readInteger(fields, "MaxConcurrency", { minimum: 0 });
  return (frame, input) => read(frame, input) ?? 0;
}

/** Reads a field that holds an integer, or its twin that ends in Path. */
export function readInteger(
  fields: Fields,
  name: string,
  range: { readonly minimum: number; readonly maximum?: number },
): NumberField {
  fields.exclusive([name, `${name}Path`], "at most one");
  const constant = fields.integer(name, range);
  const path = readDefinitePath(fields, `${name}Path`);
  if (path === undefined) return () => constant;
  return (frame, input) => {
    const value = numberAt(path, frame, input);
    const { minimum, maximum = Number.MAX_SAFE_INTEGER } = range;
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    throw invalidNumber(`${name}Path`, "integer", path, frame, input);
  };
}

/** What the path finds, also as the text of a number: AWS takes both; NaN for all else. */
export function numberAt(path: Query, frame: Frame, input: Json): number {
  const value = findForField(path, frame.scope(input));
  if (typeof value === "number") return value;
  return typeof value === "string" && numberText.test(value) ? Number(value) : Number.NaN;
}

const numberText = /^[-+]?\d+(\.\d+)?$/;

export function invalidNumber(
  field: string,
  type: "integer" | "float",
  path: Query,
  frame: Frame,
  input: Json,
): RuntimeFault {
  const value = findForField(path, frame.scope(input));
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return new RuntimeFault(
    `The ${field} field refers to value "${shown}" which is not a valid ${type}: ${path.source}`,
  );
}
