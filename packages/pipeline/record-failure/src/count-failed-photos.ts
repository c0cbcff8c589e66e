import { countMetric } from "@darkroom/lambda";
import type { ImageTable } from "./image-table.ts";

/**
 * Counts each photo that becomes FAILED in the metric PhotoFailed, whoever reports it. A report that
 * changes nothing isn't counted, nor is what nobody has to mend in the pipeline: UNSUPPORTED, REJECTED and
 * EXPIRED.
 */
export function countFailedPhotos(
  table: ImageTable,
  count: (name: string, properties: Record<string, string>) => void = countMetric,
): ImageTable {
  return {
    async end(ending, over, updatedTime) {
      const changed = await table.end(ending, over, updatedTime);
      const { imageID, status, errReason } = ending;
      if (changed && status === "FAILED") count("PhotoFailed", { imageID, errReason });
      return changed;
    },
    async putUnlessKnown(row) {
      const attempt = await table.putUnlessKnown(row);
      const { imageID, status, errReason = "" } = row;
      if (attempt.put && status === "FAILED") count("PhotoFailed", { imageID, errReason });
      return attempt;
    },
  };
}
