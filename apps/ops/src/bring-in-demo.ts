import { pinOf } from "../demo/synthetic-photos.ts";
import { createClients } from "./clients.ts";
import { invocation } from "./invocation.ts";
import type { LocalCloud } from "./local/local-cloud.ts";
import { printPhotos } from "./print-photos.ts";
import { processOnTarget } from "./process-on-target.ts";
import type { Terminal } from "./terminal.ts";
import { findFiles } from "./upload/find-files.ts";
import { planUploads } from "./upload/plan-uploads.ts";

/** Whose they are, and in which album. */
const owner = { user: "demo", album: "first-look" } as const;

/**
 * Brings the demo photos into a cloud and shows what becomes of each.
 * @param folder where they are, once they are made
 */
export async function bringInDemo(
  cloud: LocalCloud,
  folder: Promise<string>,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<void> {
  const { files } = await findFiles([await folder]);
  // By their names: nobody knows the temporary folder.
  const named = files.map((file) => ({ ...file, shown: file.name }));
  await cloud.recordDemo("begun");
  terminal.print(
    "The first run brings in a dozen demo photos, one that moderation rejects, one that waits for your decision, and three files that are no photos.",
  );
  terminal.print("");

  const begin = Date.now();
  const clients = createClients(cloud.target);
  try {
    const uploads = planUploads(named, owner.user, owner.album).map((upload) => ({
      ...upload,
      metadata: pinOf(upload.file),
    }));
    const results = await processOnTarget(cloud.target, clients, uploads, {
      terminal,
      interrupted,
    });
    if (interrupted.aborted) return;
    await cloud.recordDemo("done");
    printPhotos(terminal, results, Date.now() - begin);
    const one = results.find(({ status, row }) => status === "READY" && row?.tags?.length !== 0);
    terminal.print("");
    if (one !== undefined) {
      const { DARKROOM_LANDING_BUCKET: bucket } = cloud.target.resources;
      terminal.print(`The thumbnail of ${one.file}, and its way through the state machine:`);
      terminal.print(`  s3://${bucket}/${one.row?.thumbnail?.s3key ?? ""}`);
      terminal.print(`  ${invocation.darkroom} executions show ${one.imageID}`);
    }
    terminal.print("");
  } finally {
    clients.close();
  }
}
