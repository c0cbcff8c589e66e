import { findPackageJSON } from "node:module";
import { parseModerationPolicy } from "@darkroom/workflow";
import policyDocument from "@darkroom/workflow/moderation-policy.json" with { type: "json" };
import type { Construct } from "constructs";
import type { Deployment } from "../constructs/deployment.ts";
import type { ImageMachine } from "../constructs/image-machine.ts";
import { lambdaArchive } from "../constructs/lambda-archive.ts";
import type { LandingBucket } from "../constructs/landing-bucket.ts";
import type { PhotoEvents } from "../constructs/photo-events.ts";
import type { PhotoTables } from "../constructs/photo-tables.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { allow } from "../constructs/policy.ts";
import type { SharpLayer } from "../constructs/sharp-layer.ts";

/** What functions are given, each what it needs of it. */
export interface Surroundings {
  readonly deployment: Deployment;
  readonly landing: LandingBucket;
  readonly tables: PhotoTables;
  readonly sharp: SharpLayer;
}

const here = import.meta.url;

/**
 * For functions that only talk to other services. Processor time comes with memory: at Lambda's least,
 * 128 MB, loading the bundle alone takes seconds.
 */
const talking = { memoryMb: 512, timeoutSeconds: 30 };

/** In seconds, for functions that hold a picture: 200 MB to read, 268 megapixels to decode. */
const picturing = 120;

/** Reads a head of 128 KiB; where that isn't enough the whole file, of up to 200 MB, twice while it comes in. */
export function extractMetadata(
  scope: Construct,
  { deployment, landing, sharp }: Surroundings,
): PipelineFunction {
  return new PipelineFunction(scope, "extract_metadata", {
    deployment,
    name: "ExtractMetadata",
    archive: lambdaArchive(findPackageJSON("@darkroom/extract-metadata", here)),
    description: "What a photo is, from its first bytes",
    memoryMb: 1024,
    timeoutSeconds: picturing,
    layers: [sharp],
    permissions: landing.readPhotos(),
  });
}

/**
 * Mostly waits for Rekognition, and decodes what that doesn't take. extract-metadata refuses what this
 * memory can't decode: its limit goes by this function, the smallest that decodes.
 */
export function detectLabels(
  scope: Construct,
  { deployment, landing, sharp }: Surroundings,
): PipelineFunction {
  return new PipelineFunction(scope, "detect_labels", {
    deployment,
    name: "DetectLabels",
    archive: lambdaArchive(findPackageJSON("@darkroom/detect-labels", here)),
    description: "What a photo shows, by Amazon Rekognition",
    memoryMb: 1536,
    timeoutSeconds: picturing,
    layers: [sharp],
    permissions: [
      // With these Rekognition reads the object, too: in the name of who calls it.
      ...landing.readPhotos(),
      // DetectLabels knows no resource
      // (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrekognition.html).
      allow("DetectLabels", ["rekognition:DetectLabels"], ["*"]),
    ],
  });
}

/**
 * As detectLabels, with the policy that says what is let through, rejected, or shown to a person.
 * @throws Error that says what is wrong with the policy document, and where in it
 */
export function detectModeration(
  scope: Construct,
  { deployment, landing, sharp }: Surroundings,
): PipelineFunction {
  return new PipelineFunction(scope, "detect_moderation", {
    deployment,
    name: "DetectModeration",
    archive: lambdaArchive(findPackageJSON("@darkroom/detect-moderation", here)),
    description: "Whether a photo may be shown, by Amazon Rekognition and a policy",
    memoryMb: 1536,
    timeoutSeconds: picturing,
    layers: [sharp],
    environment: { MODERATION_POLICY: JSON.stringify(parseModerationPolicy(policyDocument)) },
    permissions: [
      ...landing.readPhotos(),
      // Knows no resource without an adapter of one's own
      // (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrekognition.html).
      allow("DetectModerationLabels", ["rekognition:DetectModerationLabels"], ["*"]),
    ],
  });
}

export function recordReview(
  scope: Construct,
  { deployment, tables }: Surroundings,
): PipelineFunction {
  return new PipelineFunction(scope, "record_review", {
    deployment,
    name: "RecordReview",
    archive: lambdaArchive(findPackageJSON("@darkroom/record-review", here)),
    description: "Which photos a person is asked about, and what was decided",
    ...talking,
    environment: { IMAGE_TABLE: tables.images.name, DECISION_TABLE: tables.decisions.name },
    permissions: [
      allow("WriteRows", ["dynamodb:UpdateItem"], [tables.images.arn]),
      allow("AddDecisions", ["dynamodb:PutItem"], [tables.decisions.arn]),
    ],
  });
}

/** S3 copies by itself: a photo of 200 MB takes seconds. */
export function quarantinePhoto(
  scope: Construct,
  { deployment, landing }: Surroundings,
): PipelineFunction {
  return new PipelineFunction(scope, "quarantine_photo", {
    deployment,
    name: "QuarantinePhoto",
    archive: lambdaArchive(findPackageJSON("@darkroom/quarantine-photo", here)),
    description: "A rejected photo, to where nobody is shown it",
    memoryMb: 512,
    timeoutSeconds: picturing,
    permissions: landing.quarantinePhotos(),
  });
}

/**
 * Decodes every photo whole, on one thread: 1,769 MB is one whole processor
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html), more would idle.
 */
export function generateThumbnails(
  scope: Construct,
  { deployment, landing, sharp }: Surroundings,
): PipelineFunction {
  return new PipelineFunction(scope, "generate_thumbnails", {
    deployment,
    name: "GenerateThumbnails",
    archive: lambdaArchive(findPackageJSON("@darkroom/generate-thumbnails", here)),
    description: "A photo's thumbnail and preview",
    memoryMb: 1769,
    timeoutSeconds: picturing,
    layers: [sharp],
    permissions: [...landing.readPhotos(), ...landing.writeDerived()],
  });
}

export function persistMetadata(
  scope: Construct,
  { deployment, tables }: Surroundings,
): PipelineFunction {
  return new PipelineFunction(scope, "persist_metadata", {
    deployment,
    name: "PersistMetadata",
    archive: lambdaArchive(findPackageJSON("@darkroom/persist-metadata", here)),
    description: "Everything found out about a photo, into its row",
    ...talking,
    environment: { IMAGE_TABLE: tables.images.name },
    permissions: [allow("WriteRows", ["dynamodb:UpdateItem"], [tables.images.arn])],
  });
}

/** Called by the machine, by the rule and by the dead-letter queue; see also what the stack permits it. */
export function recordFailure(
  scope: Construct,
  { deployment, tables }: Surroundings,
): PipelineFunction {
  return new PipelineFunction(scope, "record_failure", {
    deployment,
    name: "RecordFailure",
    archive: lambdaArchive(findPackageJSON("@darkroom/record-failure", here)),
    description: "Every outcome that isn't READY, into the photo's row",
    ...talking,
    environment: { IMAGE_TABLE: tables.images.name },
    permissions: [
      allow("WriteRows", ["dynamodb:PutItem", "dynamodb:UpdateItem"], [tables.images.arn]),
    ],
  });
}

/**
 * Holds bucket, table and executions against each other. A million photos are 1,000 listings of S3, one after
 * the other, 10,000 reads of 100 rows and some 1,500 of DynamoDB's pages, which takes minutes; reading the
 * answers takes one whole processor a minute of that, which comes with 1,769 MB
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). With less of it the rest would
 * have to wait for it. The memory itself is used to a fifth.
 */
export function reconcilePhotos(
  scope: Construct,
  { deployment, landing, tables }: Surroundings,
  machine: ImageMachine,
  { events }: PhotoEvents,
): PipelineFunction {
  return new PipelineFunction(scope, "reconcile_photos", {
    deployment,
    name: "ReconcilePhotos",
    archive: lambdaArchive(findPackageJSON("@darkroom/reconcile-photos", here)),
    description: "Whether every photo of the landing bucket is accounted for",
    memoryMb: 1769,
    // The longest there is: it can't go on where it was.
    timeoutSeconds: 900,
    environment: {
      LANDING_BUCKET: landing.bucket.bucket,
      IMAGE_TABLE: tables.images.name,
      EVENT_QUEUE: events.queue.name,
    },
    permissions: [
      ...landing.listPhotos(),
      allow("CountEvents", ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"], [events.queue.arn]),
      // Reading a metric can't be allowed for one alone.
      allow("AgeOfEvents", ["cloudwatch:GetMetricStatistics"], ["*"]),
      allow(
        "ReadRows",
        ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Scan"],
        [tables.images.arn],
      ),
      ...machine.describeExecutions(),
    ],
  });
}

export function startExecution(
  scope: Construct,
  { deployment, tables }: Surroundings,
  machine: ImageMachine,
): PipelineFunction {
  return new PipelineFunction(scope, "start_execution", {
    deployment,
    name: "StartExecution",
    archive: lambdaArchive(findPackageJSON("@darkroom/start-execution", here)),
    description: "One execution of the image-processing machine for each object version that lands",
    ...talking,
    environment: {
      IMAGE_TABLE: tables.images.name,
      ALBUM_TABLE: tables.albums.name,
      STATE_MACHINE_ARN: machine.arn,
    },
    permissions: [
      allow("WriteRows", ["dynamodb:PutItem"], [tables.images.arn]),
      allow("AddAlbums", ["dynamodb:PutItem"], [tables.albums.arn]),
      ...machine.startExecutions(),
    ],
  });
}
