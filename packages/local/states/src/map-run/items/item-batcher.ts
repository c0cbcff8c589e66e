import type { Fields } from "../../definition/fields.ts";
import { readTemplate } from "../../definition/path-fields.ts";
import type { Frame } from "../../engine/frame.ts";
import { dataLimitBytes, inputTooLarge } from "../../engine/state-failure.ts";
import { readInteger } from "../../states/map-fields.ts";
import type { Json } from "../../types.ts";
import { MapRunError, type MapRunInput } from "../host.ts";

/** How the items become the children's inputs. */
export interface Batching {
  readonly maxItems: number;
  /** Of a whole input, as JSON text. */
  readonly maxBytes: number;
  /** JSON text. */
  readonly batchInput: string | undefined;
}

/** Reads the field ItemBatcher. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html */
export function parseItemBatcher(fields: Fields): (frame: Frame, input: Json) => Batching {
  const maxItems = readInteger(fields, "MaxItemsPerBatch", { minimum: 1 });
  const bytes = { minimum: 1, maximum: dataLimitBytes };
  const maxBytes = readInteger(fields, "MaxInputBytesPerBatch", bytes);
  const batchInput = readTemplate(fields, "BatchInput");
  const limits = ["MaxItemsPerBatch", "MaxInputBytesPerBatch"];
  if (!limits.some((name) => fields.has(name) || fields.has(`${name}Path`))) {
    const names = limits.flatMap((name) => [name, `${name}Path`]);
    fields.refuse(
      `This object should have at least one of the following fields: [${names.join(", ")}]`,
    );
  }
  fields.close();
  return (frame, input) => {
    const common = batchInput?.(frame.scope(input));
    return {
      maxItems: maxItems(frame, input) ?? Number.POSITIVE_INFINITY,
      maxBytes: maxBytes(frame, input) ?? dataLimitBytes,
      batchInput: common === undefined ? undefined : JSON.stringify(common),
    };
  };
}

/**
 * The inputs of the children: each item by itself, or `{BatchInput, Items}` for as many as a batch takes.
 * @throws MapRunError for an item that is too large by itself
 */
export async function* toInputs(
  items: AsyncIterable<Json>,
  batching: Batching | undefined,
  stateName: string,
): AsyncGenerator<MapRunInput> {
  if (batching === undefined) {
    for await (const item of items) {
      const input = JSON.stringify(item);
      checkSize(Buffer.byteLength(input), dataLimitBytes, stateName);
      yield { input, items: 1 };
    }
    return;
  }
  const { maxItems, maxBytes, batchInput } = batching;
  const start = batchInput === undefined ? '{"Items":[' : `{"BatchInput":${batchInput},"Items":[`;
  const around = Buffer.byteLength(start) + "]}".length;
  let texts: string[] = [];
  let bytes = around;
  const batch = (): MapRunInput => ({ input: `${start}${texts.join(",")}]}`, items: texts.length });
  for await (const item of items) {
    const text = JSON.stringify(item);
    const size = Buffer.byteLength(text);
    checkSize(around + size, maxBytes, stateName);
    const comma = texts.length === 0 ? 0 : 1;
    if (texts.length >= maxItems || bytes + comma + size > maxBytes) {
      yield batch();
      texts = [];
      bytes = around;
    }
    bytes += size + (texts.length === 0 ? 0 : 1);
    texts.push(text);
  }
  if (texts.length > 0) yield batch();
}

function checkSize(bytes: number, limit: number, stateName: string): void {
  if (bytes <= limit) return;
  const { error, cause } = inputTooLarge(stateName);
  throw new MapRunError(error ?? "", cause ?? "");
}
