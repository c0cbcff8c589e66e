import {
  dynamodbImageRows,
  executionEnd,
  landingObjects,
  oldestEvent,
  type Patient,
  type ReconcilePorts,
  tableRows,
} from "@darkroom/reconcile-photos";
import type { Clients } from "../clients.ts";
import { photoRows } from "../failures/photo-rows.ts";
import { retryCloud } from "../failures/retry-cloud.ts";
import type { Target } from "../target.ts";
import { throughOutage } from "../through-outage.ts";
import { pause } from "../watch/pause.ts";
import { firstRows } from "./first-rows.ts";
import type { RepairPorts } from "./repair.ts";

type Ports = Omit<ReconcilePorts & RepairPorts, "graceMs" | "showProgress">;

/** Some 50 MB of each kind. */
const mostKept = 100_000;

/** The services of a target, as a report and a repair need them. */
export function reportPorts({ resources }: Target, clients: Clients, signal: AbortSignal): Ports {
  const { s3, dynamodb, sfn, sqs, cloudwatch } = clients;
  const table = resources.DARKROOM_IMAGE_TABLE;
  const bucket = resources.DARKROOM_LANDING_BUCKET;
  const now = () => new Date();
  const patient: Patient = (call) => throughOutage(call, { now, pause, signal });
  const polled = dynamodbImageRows(dynamodb, table);
  const rows = photoRows(dynamodb, table);
  return {
    bucket,
    oldestEvent: () =>
      patient(() => oldestEvent(sqs, cloudwatch, resources.DARKROOM_EVENT_QUEUE, now())),
    objects: landingObjects(s3, bucket, patient),
    rows: { ...rows, read: (imageID) => patient(() => rows.read(imageID)) },
    polledRows: { read: (ids) => patient(() => polled.read(ids, signal)) },
    firstRows: firstRows(dynamodb, table),
    tableParts: () => tableRows(dynamodb, table, patient),
    mostKept,
    execution: (arn) => patient(() => executionEnd(arn, sfn)),
    cloud: retryCloud(clients, resources.DARKROOM_IMAGE_MACHINE_ARN),
    now,
    pause,
    signal,
  };
}
