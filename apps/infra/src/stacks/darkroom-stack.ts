import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { TerraformElement, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct, Node } from "constructs";
import { Deployment } from "../constructs/deployment.ts";
import { FailureRule } from "../constructs/failure-rule.ts";
import { HourlySchedule } from "../constructs/hourly-schedule.ts";
import { ImageMachine } from "../constructs/image-machine.ts";
import { LandingBucket } from "../constructs/landing-bucket.ts";
import { PhotoEvents } from "../constructs/photo-events.ts";
import { PhotoTables } from "../constructs/photo-tables.ts";
import { PipelineAlarms } from "../constructs/pipeline-alarms.ts";
import { RunBucket } from "../constructs/run-bucket.ts";
import { SharpLayer } from "../constructs/sharp-layer.ts";
import { keepState } from "../constructs/state-backend.ts";
import { SyncMachine } from "../constructs/sync-machine.ts";
import { outputNames } from "../outputs.ts";
import type { Settings } from "../settings.ts";
import {
  detectLabels,
  detectModeration,
  extractMetadata,
  generateThumbnails,
  persistMetadata,
  quarantinePhoto,
  reconcilePhotos,
  recordFailure,
  recordReview,
  startExecution,
} from "./image-functions.ts";
import { syncFunctions } from "./sync-functions.ts";

/** Everything that is deployed. */
export class DarkroomStack extends TerraformStack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    new AwsProvider(this, "aws", {
      region: settings.region,
      defaultTags: [{ tags: { Project: "darkroom", Stage: settings.stage } }],
    });
    keepState(this, settings);

    const deployment = new Deployment(this, settings.stage);
    const landing = new LandingBucket(this, "landing", { deployment });
    const tables = new PhotoTables(this, "tables", { deployment });
    const sharp = new SharpLayer(this, "sharp");
    const surroundings = { deployment, landing, tables, sharp };

    const failureRecorder = recordFailure(this, surroundings);
    const machine = new ImageMachine(this, "image_processing", {
      deployment,
      tasks: [
        extractMetadata(this, surroundings),
        detectModeration(this, surroundings),
        recordReview(this, surroundings),
        quarantinePhoto(this, surroundings),
        detectLabels(this, surroundings),
        generateThumbnails(this, surroundings),
        persistMetadata(this, surroundings),
        failureRecorder,
      ],
    });
    // Afterwards: the machine is made of the function that describes its executions.
    failureRecorder.permit("executions", machine.describeExecutions());
    const starter = startExecution(this, surroundings, machine);

    const events = new PhotoEvents(this, "photo", {
      deployment,
      landing,
      consumer: starter,
      deadLetterConsumer: failureRecorder,
    });
    const rule = new FailureRule(this, "ended", { deployment, machine, target: failureRecorder });
    const reconciler = reconcilePhotos(this, surroundings, machine, events);
    new HourlySchedule(this, "reconciliation", {
      deployment,
      name: "reconcile-photos",
      description: "Is every photo accounted for?",
      target: reconciler,
    });
    new PipelineAlarms(this, "alarm", {
      deployment,
      events,
      rule,
      startExecution: starter,
      recordFailure: failureRecorder,
      reconcilePhotos: reconciler,
    });

    const runs = new RunBucket(this, "runs", { deployment });
    const sync = new SyncMachine(this, "sync_buckets", {
      deployment,
      runs,
      tasks: syncFunctions(this, {
        deployment,
        landing,
        runs,
        sources: settings.syncSources.map((name) => `arn:${deployment.partition}:s3:::${name}`),
      }),
    });

    this.#output({
      DARKROOM_LANDING_BUCKET: landing.bucket.bucket,
      DARKROOM_IMAGE_TABLE: tables.images.name,
      DARKROOM_ALBUM_TABLE: tables.albums.name,
      DARKROOM_IMAGE_MACHINE_ARN: machine.arn,
      DARKROOM_SYNC_MACHINE_ARN: sync.arn,
      DARKROOM_RUN_BUCKET: runs.bucket.bucket,
      DARKROOM_APPROVAL_ACTIVITY_ARN: machine.approvalActivityArn,
      DARKROOM_DECISION_TABLE: tables.decisions.name,
      DARKROOM_EVENT_QUEUE: events.events.queue.name,
      DARKROOM_START_FUNCTION: starter.functionName,
    });
  }

  /** Names without the hash that cdktf appends: `aws_lambda_function.start_execution_function`. */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : (element as Node);
    return node.scopes
      .slice(node.scopes.indexOf(this) + 1)
      .map((scope) => scope.node.id.replaceAll("-", "_"))
      .join("_");
  }

  #output(values: Readonly<Record<keyof typeof outputNames, string>>): void {
    for (const [variable, name] of Object.entries(outputNames)) {
      new TerraformOutput(this, name, {
        value: values[variable as keyof typeof outputNames],
        description: `${variable} of \`darkroom env\``,
      });
    }
  }
}
