import type { ImageItem } from "@darkroom/workflow";
import { isEnd } from "./tally.ts";

/**
 * What a row says about the version that was uploaded.
 * @param versions that count: the uploaded one, and one that is known to be newer. Version ids don't
 * sort, so a row of any other version may be an older one, which the event has not reached yet
 */
export function judgeRow(
  row: ImageItem,
  versions: ReadonlySet<string>,
): "of another version" | "under way" | "ended" {
  if (!versions.has(row.versionId ?? "null")) return "of another version";
  return isEnd(row.status) ? "ended" : "under way";
}
