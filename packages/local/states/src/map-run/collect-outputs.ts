import { dataLimitBytes, resultTooLarge } from "../engine/state-failure.ts";
import { type MapRunCall, MapRunError, type MapRunOutcome } from "./host.ts";
import { resultTexts } from "./result-text.ts";
import type { MapRunStore } from "./store.ts";

/**
 * The children's results as one array, in their order.
 * @throws MapRunError as soon as it is larger than what Step Functions passes on
 */
export async function collectOutputs(call: MapRunCall, store: MapRunStore): Promise<MapRunOutcome> {
  const texts: string[] = [];
  let bytes = 1;
  for await (const text of resultTexts(call, store, "all")) {
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > dataLimitBytes) {
      const { error, cause } = resultTooLarge(call.stateName);
      throw new MapRunError(error ?? "", cause ?? "");
    }
    texts.push(text);
  }
  return { output: `[${texts.join(",")}]` };
}
