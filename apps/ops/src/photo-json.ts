import type { PhotoResult } from "./photo-board.ts";

/** A photo as `--json` gives it; what isn't known is null. */
export interface PhotoJson {
  readonly file: string;
  readonly imageID: string;
  readonly status: string;
  readonly errReason: string | null;
  readonly executionArn: string | null;
  readonly tags: unknown;
  readonly extractedMetadata: unknown;
  readonly thumbnail: unknown;
  readonly moderation: unknown;
  /** What was decided about it, by a person or by the policy. */
  readonly review: unknown;
}

export function photoJson({ file, imageID, status, errReason, row }: PhotoResult): PhotoJson {
  return {
    file,
    imageID,
    status,
    errReason: errReason ?? null,
    executionArn: row?.executionArn ?? null,
    tags: row?.tags ?? null,
    extractedMetadata: row?.extractedMetadata ?? null,
    thumbnail: row?.thumbnail ?? null,
    moderation: row?.moderation ?? null,
    review: row?.review ?? null,
  };
}
