import { type Clients, createClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { idsOfStatus } from "../failures/failed-rows.ts";
import { requireRunning } from "../target.ts";
import { pause } from "../watch/pause.ts";
import { activityQueue } from "./approval-queue.ts";
import type { ClaimPorts } from "./claim-photo.ts";

/**
 * Runs something on the queue of the photos that wait for a person, in the cloud that runs.
 * @throws Failure that says how to start it when it doesn't run
 */
export async function withQueue(
  { settings }: Context,
  signal: AbortSignal,
  run: (ports: ClaimPorts, clients: Clients) => Promise<void>,
): Promise<void> {
  const { resources, ...target } = await requireRunning(settings());
  const clients = createClients(target);
  const { DARKROOM_APPROVAL_ACTIVITY_ARN: activity, DARKROOM_IMAGE_TABLE: table } = resources;
  const time = { now: () => new Date(), pause, signal };
  try {
    const queue = activityQueue(clients.sfn, activity, time);
    const pendingIds = () => idsOfStatus(clients.dynamodb, table, "PENDING_REVIEW");
    await run({ queue, pendingIds, ...time }, clients);
  } finally {
    clients.close();
  }
}
