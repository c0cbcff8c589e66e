import type { DataFlow } from "../engine/data-flow.ts";
import { placeAt, type ReferencePath, ReferencePathError } from "../jsonpath/reference-path.ts";
import { findForField, type Query } from "../payload/query.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Template } from "../payload/template.ts";
import type { Json } from "../types.ts";
import type { Fields } from "./fields.ts";
import { readPath, readResultPath, readTemplate } from "./path-fields.ts";

/** The fields that a type of state has besides InputPath and OutputPath. */
export interface FlowFields {
  readonly parameters?: boolean;
  readonly resultSelector?: boolean;
  /** Without it, the result is the output: it doesn't go into the state's input. */
  readonly resultPath?: boolean;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html */
export function readJsonPathFlow(fields: Fields, has: FlowFields): DataFlow {
  const inputPath = readPath(fields, "InputPath", { nullable: true });
  const outputPath = readPath(fields, "OutputPath", { nullable: true });
  const parameters = has.parameters ? readTemplate(fields, "Parameters") : undefined;
  const selector = has.resultSelector ? readTemplate(fields, "ResultSelector") : undefined;
  const resultPath = has.resultPath ? readResultPath(fields) : undefined;
  return jsonPathFlow({ inputPath, parameters, selector, resultPath, outputPath });
}

/** A path that is null gives `{}`, one that is undefined changes nothing. */
function jsonPathFlow(fields: {
  inputPath: Query | null | undefined;
  parameters: Template | undefined;
  selector: Template | undefined;
  resultPath: ReferencePath | null | undefined;
  outputPath: Query | null | undefined;
}): DataFlow {
  const { inputPath, parameters, selector, resultPath, outputPath } = fields;
  return {
    effectiveInput(frame) {
      const filtered =
        inputPath === undefined
          ? frame.input
          : inputPath === null
            ? {}
            : findForField(inputPath, frame.scope(frame.input));
      return parameters === undefined ? filtered : parameters(frame.scope(filtered));
    },

    output(frame, result) {
      const selected = selector === undefined ? result : selector(frame.scope(result));
      const placed = resultPath === undefined ? selected : place(resultPath, frame.input, selected);
      if (outputPath === undefined) return placed;
      return outputPath === null ? {} : findForField(outputPath, frame.scope(placed));
    },
  };
}

function place(path: ReferencePath | null, input: Json, result: Json): Json {
  if (path === null) return input;
  try {
    return placeAt(path, input, result);
  } catch (error) {
    if (!(error instanceof ReferencePathError)) throw error;
    throw new RuntimeFault(error.message, { cause: error });
  }
}
