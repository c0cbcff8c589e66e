import type { PersistMetadataInput } from "@darkroom/workflow";
import type { ImageTable } from "./image-table.ts";

/** What became of the result; `superseded`: the row isn't this execution's to write, and why. */
export type Persisted = { superseded: false } | { superseded: true; because: string };

/**
 * Writes a photo's result to its row and makes it READY. A second run of the same execution changes
 * nothing, and an execution of an older version never touches a newer one's row.
 *
 * A row that isn't there is not made: it was written before the execution started, so somebody deleted
 * the photo since, and a result must not bring it back.
 */
export async function persistMetadata(
  { photo, executionArn, extractedMetadata, moderation, parallelResults }: PersistMetadataInput,
  table: ImageTable,
  now: Date,
): Promise<Persisted> {
  const [{ tags }, { thumbnail, preview, warnings: decodingWarnings = [] }] = parallelResults;
  const warnings = [...(extractedMetadata.warnings ?? []), ...decodingWarnings];
  const outcome = await table.storeResult(
    photo.imageID,
    executionArn,
    {
      extractedMetadata: { ...extractedMetadata, ...(warnings.length > 0 ? { warnings } : {}) },
      moderation,
      tags,
      thumbnail,
      preview,
    },
    now.toISOString(),
  );

  if (outcome.stored) return { superseded: false };
  const { row } = outcome;
  if (row === undefined) return { superseded: true, because: "its row was deleted" };
  if (row.executionArn !== executionArn) {
    return { superseded: true, because: `its row belongs to the execution ${row.executionArn}` };
  }
  if (row.status === "READY") return { superseded: false };
  return { superseded: true, because: `its row is ${row.status} already` };
}
