import { parseCatchers } from "../definition/catchers.ts";
import type { Fields } from "../definition/fields.ts";
import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import { readDefinitePath, readExpression } from "../definition/path-fields.ts";
import { parseRetriers } from "../definition/retriers.ts";
import {
  type ParseOptions,
  type ParseState,
  readTransition,
  type StateContext,
} from "../definition/state-context.ts";
import type { Frame } from "../engine/frame.ts";
import { exceedsDataLimit, jsonText } from "../engine/json-text.ts";
import { type EventDetails, HistoryMismatchError } from "../engine/recorder.ts";
import { resultTooLarge, StateFailure } from "../engine/state-failure.ts";
import type { Answer, Steps, TaskCall } from "../engine/steps.ts";
import type { Thread } from "../engine/thread.ts";
import { findForField, type Query } from "../payload/query.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { HistoryEvent, Json } from "../types.ts";
import { parseTaskResource, type TaskResource } from "./task-resource.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
export function parseTask({ fields, name, options }: StateContext): ReturnType<ParseState> {
  fields.require("Resource");
  const resource = readResource(fields, options);
  if (resource?.pattern === "activity") fields.unsupported("Credentials");
  const roleArn = readCredentials(fields);
  const timeout = readSeconds(fields, "TimeoutSeconds");
  const heartbeat = readSeconds(fields, "HeartbeatSeconds");
  checkHeartbeat(fields);
  return {
    flow: readJsonPathFlow(fields, { parameters: true, resultSelector: true, resultPath: true }),
    next: readTransition(fields),
    retriers: parseRetriers(fields),
    catchers: parseCatchers(fields),
    hasTaskToken: resource?.pattern === "waitForTaskToken",
    *execute(frame, input) {
      if (resource === undefined) throw new Error(`the parsed Task '${name}' has no resource`);
      checkActivity(frame.thread, resource);
      checkParameters(options, resource, input);
      const call: TaskCall = {
        resource: resource.arn,
        pattern: resource.pattern,
        parameters: input,
        stateName: name,
        retryCount: frame.retryCount,
        timeoutSeconds: timeout(frame),
        heartbeatSeconds: heartbeat(frame),
        token: givesToken.has(resource.pattern) ? frame.taskToken : undefined,
        roleArn: roleArn?.(frame),
      };
      return { result: yield* runTask(frame, call, resource) };
    },
  };
}

const givesToken = new Set<TaskResource["pattern"]>(["waitForTaskToken", "activity"]);

/** An activity that was deleted, or never created; a resume keeps to what was found before. */
function checkActivity(thread: Thread, { pattern, arn }: TaskResource): void {
  if (pattern !== "activity") return;
  const { next } = thread.recorder;
  const exists =
    next === undefined ? thread.facts.activityExists(arn) : next.type === "ActivityScheduled";
  if (!exists) throw new RuntimeFault(`The activity ${arn} does not exist.`);
}

function checkParameters(options: ParseOptions, { arn }: TaskResource, parameters: Json): void {
  const wrong = options.wrongParameters?.(arn, parameters) ?? [];
  if (wrong.length === 0) return;
  throw new RuntimeFault(
    `The Parameters '${jsonText(parameters)}' could not be used to start the Task: [${wrong.join(", ")}]`,
  );
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html */
function readCredentials(fields: Fields): ((frame: Frame) => string) | undefined {
  const credentials = fields.inner("Credentials");
  if (credentials === undefined) return undefined;
  credentials.exclusive(["RoleArn", "RoleArn.$"], "one");
  const constant = credentials.string("RoleArn");
  const expression = readExpression(credentials, "RoleArn.$");
  credentials.close();
  if (expression === undefined) return () => constant ?? "";
  return (frame) => {
    const value = expression(frame.scope(frame.input));
    if (typeof value === "string") return value;
    throw new RuntimeFault(`The RoleArn of the Credentials is no string: ${JSON.stringify(value)}`);
  };
}

function readResource(fields: Fields, options: ParseOptions): TaskResource | undefined {
  const text = fields.string("Resource");
  if (text === undefined) return undefined;
  const resource = parseTaskResource(text);
  if (resource === undefined) {
    fields.refuse("Value is not a valid resource ARN", fields.at("Resource"));
  } else if (options.supportsResource?.(text) === false) {
    fields.refuse(
      `The resource provided ${text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
      fields.at("Resource"),
    );
  }
  return resource;
}

/** TimeoutSeconds or HeartbeatSeconds, or its twin that ends in Path. */
function readSeconds(fields: Fields, name: string): (frame: Frame) => number | undefined {
  fields.exclusive([name, `${name}Path`], "at most one");
  const seconds = fields.integer(name, { minimum: 1, maximum: 99_999_999 });
  const path = readDefinitePath(fields, `${name}Path`);
  if (path === undefined) return () => seconds;
  return (frame) => secondsAt(frame, `${name}Path`, path);
}

function checkHeartbeat(fields: Fields): void {
  const [timeout, heartbeat] = [fields.peek("TimeoutSeconds"), fields.peek("HeartbeatSeconds")];
  if (typeof timeout === "number" && typeof heartbeat === "number" && heartbeat >= timeout) {
    fields.refuse(
      "HeartbeatSeconds must be smaller than TimeoutSeconds",
      fields.at("HeartbeatSeconds"),
    );
  }
}

function secondsAt(frame: Frame, field: string, path: Query): number {
  const value = findForField(path, frame.scope(frame.input));
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  throw new RuntimeFault(
    `The ${field} field refers to value "${shown}" which is not a valid integer: ${path.source}`,
  );
}

/** One try: its events, and what it comes to. */
function* runTask(frame: Frame, call: TaskCall, resource: TaskResource): Steps<Json> {
  const { thread } = frame;
  const { events } = resource;
  thread.emit(...events.scheduled(call, thread.facts.stateMachineArn.split(":")[3] ?? ""));
  let answer = yield { kind: "task", call };
  if (answer.kind === "failed" && events.scheduleFailed !== undefined) {
    thread.emit(...events.scheduleFailed(answer.error, answer.cause));
    throw new StateFailure(answer.error, answer.cause);
  }
  const workerName = answer.kind === "started" ? answer.workerName : undefined;
  let startedAt = thread.emit(...events.started(workerName)).timestamp;
  if (answer.kind === "started") answer = yield { kind: "task", call, startedAt };
  if (answer.kind === "submitted") {
    startedAt = answer.restartedAt ?? startedAt;
    submit(frame, resource, answer);
    answer = yield { kind: "task", call, startedAt, submitted: answer.output };
  }
  switch (answer.kind) {
    case "succeeded": {
      const { output } = answer;
      if (exceedsDataLimit(output)) throw fail(frame, resource, resultTooLarge(resource.service));
      thread.emit(...events.succeeded(jsonText(output)));
      return output;
    }
    case "failed":
      throw fail(frame, resource, new StateFailure(answer.error, answer.cause));
    case "timedOut":
      throw timeOut(frame, resource, answer);
    default:
      throw new Error(`a task was told '${answer.kind}'`);
  }
}

function submit(
  frame: Frame,
  resource: TaskResource,
  { output, restartedAt }: Extract<Answer, { kind: "submitted" }>,
): void {
  const { events, service } = resource;
  if (events.submitted === undefined) {
    throw new HistoryMismatchError(`a task of ${service} has no Submitted event`);
  }
  if (exceedsDataLimit(output)) throw fail(frame, resource, resultTooLarge(service));
  const [type, details] = events.submitted(jsonText(output));
  frame.thread.emit(type, details, restartedAt === undefined ? undefined : { restartedAt });
}

function fail(frame: Frame, { events }: TaskResource, failure: StateFailure): StateFailure {
  frame.thread.emit(...events.failed(failure.error, failure.cause));
  return failure;
}

function timeOut(
  frame: Frame,
  { events }: TaskResource,
  answer: Extract<Answer, { kind: "timedOut" }>,
): StateFailure {
  const [type, details]: [string, EventDetails] = events.timedOut("States.Timeout");
  const replay: HistoryEvent["replay"] = answer.heartbeatMissed
    ? { heartbeatMissed: true }
    : undefined;
  frame.thread.emit(type, details, replay);
  // The history says States.Timeout of both; Retry and Catch can tell a missed heartbeat by its name.
  const alias = answer.heartbeatMissed ? "States.HeartbeatTimeout" : undefined;
  return new StateFailure("States.Timeout", undefined, { alias });
}
