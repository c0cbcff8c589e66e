import { dynamodbImageRows } from "@darkroom/reconcile-photos";
import type { Clients } from "./clients.ts";
import type { PhotoResult } from "./photo-board.ts";
import { processPhotos } from "./process-photos.ts";
import { showProgress } from "./show-progress.ts";
import type { Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { s3PhotoStore } from "./upload/photo-store.ts";
import type { PlannedUpload } from "./upload/plan-uploads.ts";
import { pause } from "./watch/pause.ts";

/** `processPhotos` on a target, with its progress on the terminal. */
export function processOnTarget(
  { resources }: Target,
  { s3, dynamodb }: Clients,
  uploads: readonly PlannedUpload[],
  { terminal, interrupted }: { terminal: Terminal; interrupted: AbortSignal },
): Promise<PhotoResult[]> {
  const bucket = resources.DARKROOM_LANDING_BUCKET;
  return processPhotos(uploads, {
    bucket,
    store: s3PhotoStore(s3, bucket, pause),
    rows: dynamodbImageRows(dynamodb, resources.DARKROOM_IMAGE_TABLE),
    pause,
    now: Date.now,
    showProgress: (read) => showProgress(terminal, read),
    signal: interrupted,
  });
}
