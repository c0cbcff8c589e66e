import { InvokeCommand } from "@aws-sdk/client-lambda";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  GetActivityTaskCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import {
  type ImageItem,
  imageIdOf,
  imageItem,
  type PhotoReference,
  padSequencer,
} from "@darkroom/workflow";
import { photo } from "../odd-files.ts";
import type { LocalDarkroom } from "./local-darkroom.ts";

/** Does one thing with the system and says what came of it. */
export type Probe = (darkroom: LocalDarkroom) => Promise<string>;

const eventTime = "2026-01-01T00:00:00.000Z";
const sequencer = "0065F0000000000001";
/** Later than any of S3's own. */
const latestSequencer = "FF65F0000000000001";

export const goodPhoto: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/photo.jpg";
  await put(darkroom, key, await photo({}));
  return outcome(darkroom, key);
};

/** A photo that moderation is told to be sure about; its tags go into quarantine with it. */
export const inappropriatePhoto: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/inappropriate.jpg";
  await put(darkroom, key, await photo({}), { pin: "inappropriate", tags: "kind=probe" });
  return outcome(darkroom, key);
};

/** A photo that a person is asked about. */
export const suspectPhoto =
  (decision: "approve" | "deny"): Probe =>
  async (darkroom) => {
    const key = `Incoming/ann/probe/${decision}.jpg`;
    const version = await put(darkroom, key, await photo({}), { pin: "suspect" });
    const isOurs = ({ versionId }: ImageItem) => versionId === version;
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const row = await rowOf(darkroom, key);
      if (row !== undefined && isOurs(row)) {
        if (row.status === "PENDING_REVIEW") break;
        if (row.status !== "PROCESSING") return outcome(darkroom, key, isOurs);
      }
      if (Date.now() > deadline) throw new Error(`${key} was never to be reviewed`);
      await new Promise((done) => setTimeout(done, intervalMs));
    }
    const { taskToken } = await darkroom.sfn.send(
      new GetActivityTaskCommand({ activityArn: darkroom.output("approval_activity_arn") }),
    );
    if (decision === "approve") {
      await darkroom.sfn.send(new SendTaskSuccessCommand({ taskToken, output: "{}" }));
    } else {
      const error = "InappropriateError";
      await darkroom.sfn.send(new SendTaskFailureCommand({ taskToken, error, cause: "no" }));
    }
    return outcome(darkroom, key, isOurs);
  };

/** A photo that its owner deleted before it could be moved to quarantine. */
export const quarantinedAfterDeletion: Probe = (darkroom) =>
  invoke(darkroom, "QuarantinePhoto", {
    photo: photoAt(darkroom, "Incoming/ann/probe/deleted-before-quarantine.jpg"),
  });

export const notAPhoto: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/notes.jpg";
  await put(darkroom, key, Buffer.from("not a photo"));
  return outcome(darkroom, key);
};

/** As S3 sends it for an object from before versioning had taken hold. */
export const photoWithoutVersion: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/unversioned.jpg";
  await put(darkroom, key, await photo({}));
  await outcome(darkroom, key);
  await sendEvent(darkroom, "photo-events", key, latestSequencer);
  return outcome(darkroom, key, ({ sequencer }) => sequencer === padSequencer(latestSequencer));
};

/** A version of a photo that is read when a newer one is there already. */
export const replacedPhoto: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/replaced.jpg";
  const older = await put(darkroom, key, await photo({}));
  await outcome(darkroom, key, ({ versionId }) => versionId === older);
  const newer = await put(darkroom, key, await photo({ width: 640 }));
  await outcome(darkroom, key, ({ versionId }) => versionId === newer);
  return invoke(darkroom, "ExtractMetadata", {
    photo: { ...photoAt(darkroom, key), versionId: older },
  });
};

/** A photo that was deleted before its event came. */
export const deletedPhoto: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/deleted.jpg";
  await sendEvent(darkroom, "photo-events", key, sequencer);
  return outcome(darkroom, key);
};

/** A photo that was deleted while its execution was under way: as the given function comes to know of it. */
export const photoDeletedBefore =
  (functionName: "DetectModeration" | "DetectLabels" | "GenerateThumbnails"): Probe =>
  (darkroom) =>
    invoke(darkroom, functionName, {
      photo: photoAt(darkroom, "Incoming/ann/probe/deleted-later.jpg"),
      extractedMetadata: { format: "JPEG", width: 800, height: 600, fileSize: 1000 },
    });

/** An event that died in the queue before anything was recorded of its photo. */
export const deadLetter: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/dead.jpg";
  await sendEvent(darkroom, "photo-events-dead", key, sequencer);
  return outcome(darkroom, key);
};

/** An event that died in the queue although its photo's row had been written. */
export const deadLetterOfStarted: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/dead-started.jpg";
  await putProcessingRow(darkroom, key, "never-started");
  await sendEvent(darkroom, "photo-events-dead", key, sequencer);
  return outcome(darkroom, key);
};

/** Nothing but the rule tells of it. */
export const abortedExecution: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/aborted.jpg";
  await putProcessingRow(darkroom, key, "aborted");
  const { executionArn } = await darkroom.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: darkroom.output("image_machine_arn"),
      name: "aborted",
      input: JSON.stringify({ photo: photoAt(darkroom, key) }),
    }),
  );
  await darkroom.sfn.send(new StopExecutionCommand({ executionArn }));
  const ended = await outcome(darkroom, key);
  const { Attributes } = await darkroom.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: await queueUrl(darkroom, "undelivered-endings"),
      AttributeNames: ["ApproximateNumberOfMessages"],
    }),
  );
  return `${ended}; events in undelivered-endings: ${Attributes?.ApproximateNumberOfMessages}`;
};

/**
 * A look at everything, with a photo that nothing works on (its row is of its version, and its execution isn't there), and
 * with a message in the queue, whose age is asked for then.
 */
export const reconciledPhotos: Probe = async (darkroom) => {
  const key = "Incoming/ann/probe/stuck.jpg";
  const versionId = await put(darkroom, key, Buffer.from("not a photo"));
  await outcome(darkroom, key);
  await putProcessingRow(darkroom, key, "not-there", versionId);
  const QueueName = darkroom.output("event_queue");
  const { QueueUrl } = await darkroom.sqs.send(new GetQueueUrlCommand({ QueueName }));
  await darkroom.sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: "later",
      DelaySeconds: 900,
    }),
  );
  return invoke(darkroom, "ReconcilePhotos", {
    source: "aws.events",
    "detail-type": "Scheduled Event",
    id: "probe",
    time: eventTime,
    resources: ["probe"],
  });
};

/** The reconciliation at its time, by the schedule. */
export const scheduledReconciliation: Probe = async (darkroom) => {
  const name = named(darkroom, "ReconcilePhotos");
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const call = darkroom
      .calls()
      .find(
        ({ caller, action, resource }) =>
          caller.kind === "service" &&
          action === "lambda:InvokeFunction" &&
          resource.endsWith(`:function:${name}`),
      );
    if (call !== undefined) {
      return call.decision === "allow" ? "called" : `not called: ${call.action} is denied`;
    }
    if (Date.now() > deadline) throw new Error("the schedule calls nothing");
    await new Promise((done) => setTimeout(done, intervalMs));
  }
};

/** What becomes of a photo, and of the log of a function that has to do with it. */
export const withLogOf =
  (functionName: string, probe: Probe): Probe =>
  async (darkroom) => {
    const ended = await probe(darkroom);
    const group = `:log-group:/aws/lambda/${named(darkroom, functionName)}:`;
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const writes = darkroom.calls().filter(({ resource }) => resource.includes(group));
      const denied = writes.find(({ decision }) => decision !== "allow");
      if (denied !== undefined) return `${ended}, without a log: ${denied.action} is denied`;
      if (writes.some(({ action }) => action === "logs:PutLogEvents"))
        return `${ended}, with a log`;
      if (Date.now() > deadline) throw new Error(`${functionName} wrote no log`);
      await new Promise((done) => setTimeout(done, intervalMs));
    }
  };

const intervalMs = 100;
/** Longer than a function takes to start on a busy machine, and shorter than what is retried later: then nothing more comes. */
const quietMs = 4000;
const timeoutMs = 90_000;

/**
 * What became of a photo: how its row ends, or what it is left as when something was denied and nothing more happens.
 * @param isOurs whether the row is written for the event that the probe is about
 */
async function outcome(
  darkroom: LocalDarkroom,
  key: string,
  isOurs: (row: ImageItem) => boolean = () => true,
): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  let seen = 0;
  let quietSince = Date.now();
  for (;;) {
    const row = await rowOf(darkroom, key);
    const running = await isRunning(darkroom);
    // Polling goes on, and so does the operator's own looking.
    const calls = darkroom
      .calls()
      .filter(
        ({ caller, action }) => caller.kind !== "operator" && !/receivemessage/i.test(action),
      );
    if (calls.length !== seen || running) quietSince = Date.now();
    seen = calls.length;
    // Who may not write its log works all the same.
    const denied = calls.find(
      ({ decision, action }) => decision !== "allow" && !action.startsWith("logs:"),
    );
    if (row !== undefined && row.status !== "PROCESSING" && isOurs(row) && !running) {
      return row.errReason === undefined ? row.status : `${row.status}: ${row.errReason}`;
    }
    if (denied !== undefined && Date.now() - quietSince > quietMs) {
      return `${row === undefined ? "no row" : `stays ${row.status}`}: ${denied.action} is denied`;
    }
    if (Date.now() > deadline) throw new Error(`nothing became of ${key}: ${JSON.stringify(row)}`);
    await new Promise((done) => setTimeout(done, intervalMs));
  }
}

async function rowOf(darkroom: LocalDarkroom, key: string): Promise<ImageItem | undefined> {
  const { Item } = await darkroom.dynamodb.send(
    new GetCommand({
      TableName: darkroom.output("image_table"),
      Key: { imageID: photoAt(darkroom, key).imageID },
    }),
  );
  return Item === undefined ? undefined : imageItem.parse(Item);
}

async function isRunning(darkroom: LocalDarkroom): Promise<boolean> {
  const { executions } = await darkroom.sfn.send(
    new ListExecutionsCommand({
      stateMachineArn: darkroom.output("image_machine_arn"),
      statusFilter: "RUNNING",
    }),
  );
  return (executions ?? []).length > 0;
}

/** Calls a task as the machine does. @returns "an answer", or its error */
async function invoke(
  darkroom: LocalDarkroom,
  functionName: string,
  input: object,
): Promise<string> {
  const { FunctionError, Payload } = await darkroom.lambda.send(
    new InvokeCommand({
      FunctionName: named(darkroom, functionName),
      Payload: JSON.stringify({ executionArn: executionArn(darkroom, "none"), ...input }),
    }),
  );
  const { errorType, errorMessage } = JSON.parse(Buffer.from(Payload ?? []).toString());
  return FunctionError === undefined ? "an answer" : `${errorType}: ${errorMessage}`;
}

function photoAt(darkroom: LocalDarkroom, s3key: string): PhotoReference {
  const s3bucket = darkroom.output("landing_bucket");
  return {
    imageID: imageIdOf(s3bucket, s3key),
    albumID: "ann/probe",
    userID: "ann",
    s3bucket,
    s3key,
    versionId: "null",
    sequencer: padSequencer(sequencer),
  };
}

async function put(
  { s3, output }: LocalDarkroom,
  Key: string,
  Body: Buffer,
  { pin, tags }: { pin?: string; tags?: string } = {},
): Promise<string | undefined> {
  const put = new PutObjectCommand({
    Bucket: output("landing_bucket"),
    Key,
    Body,
    Tagging: tags,
    Metadata: pin === undefined ? {} : { "darkroom-moderation": pin },
  });
  return (await s3.send(put)).VersionId;
}

async function putProcessingRow(
  darkroom: LocalDarkroom,
  key: string,
  name: string,
  versionId = "null",
): Promise<void> {
  const Item: ImageItem = {
    ...photoAt(darkroom, key),
    versionId,
    uploadTime: eventTime,
    updatedTime: eventTime,
    executionArn: executionArn(darkroom, name),
    status: "PROCESSING",
  };
  await darkroom.dynamodb.send(new PutCommand({ TableName: darkroom.output("image_table"), Item }));
}

/** The notification that S3 would send, without a version. */
async function sendEvent(
  darkroom: LocalDarkroom,
  queue: "photo-events" | "photo-events-dead",
  key: string,
  order: string,
): Promise<void> {
  const Records = [
    {
      eventName: "ObjectCreated:Put",
      eventTime,
      s3: {
        bucket: { name: darkroom.output("landing_bucket") },
        object: { key: encodeURIComponent(key), sequencer: order },
      },
    },
  ];
  await darkroom.sqs.send(
    new SendMessageCommand({
      QueueUrl: await queueUrl(darkroom, queue),
      MessageBody: JSON.stringify({ Records }),
    }),
  );
}

async function queueUrl(darkroom: LocalDarkroom, queue: string): Promise<string> {
  const { QueueUrl } = await darkroom.sqs.send(
    new GetQueueUrlCommand({ QueueName: named(darkroom, queue) }),
  );
  return QueueUrl ?? "";
}

const named = ({ output }: LocalDarkroom, thing: string): string =>
  output("start_function").replace("StartExecution", thing);

const executionArn = ({ output }: LocalDarkroom, name: string): string =>
  `${output("image_machine_arn").replace(":stateMachine:", ":execution:")}:${name}`;
