import { jsonText } from "../engine/json-text.ts";
import type { EventDetails } from "../engine/recorder.ts";
import type { TaskCall, TaskPattern } from "../engine/steps.ts";
import type { Json } from "../types.ts";

type Event = [type: string, details?: EventDetails];

/** How the history tells of a task: a function's own ARN has other events than a service integration or an activity. */
interface TaskEvents {
  readonly scheduled: (call: TaskCall, region: string) => Event;
  /** It could not be offered to workers: it has not started, and has ended. */
  readonly scheduleFailed?: (error: string | undefined, cause: string | undefined) => Event;
  readonly started: (workerName: string | undefined) => Event;
  /** The call was answered, and the task goes on. */
  readonly submitted?: (output: string) => [type: string, details: EventDetails];
  readonly succeeded: (output: string) => Event;
  readonly failed: (error: string | undefined, cause: string | undefined) => Event;
  readonly timedOut: (error: string) => [type: string, details: EventDetails];
}

export interface TaskResource {
  /** Without the suffix that names the pattern. */
  readonly arn: string;
  readonly pattern: TaskPattern;
  /** What a result that is too large is said to come from. */
  readonly service: string;
  readonly events: TaskEvents;
}

const lambdaFunction = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;
const activity = /^arn:aws[\w-]*:states:[\w-]+:\d{12}:activity:.+$/;
const integration =
  /^(arn:aws[\w-]*:states:[\w-]*::([\w-]+(?::[\w-]+)?):(\w+))(\.(?:waitForTaskToken|sync(?::2)?))?$/;

/** Reads the Resource of a Task; undefined for what can't be one. */
export function parseTaskResource(arn: string): TaskResource | undefined {
  if (lambdaFunction.test(arn)) {
    return { arn, pattern: "call", service: arn, events: lambdaEvents };
  }
  if (activity.test(arn)) {
    return { arn, pattern: "activity", service: arn, events: activityEvents };
  }
  const [, call, resourceType, action, suffix = ""] = integration.exec(arn) ?? [];
  if (call === undefined || resourceType === undefined || action === undefined) return undefined;
  return {
    arn: call,
    pattern: suffix === "" ? "call" : (suffix.slice(1) as TaskPattern),
    service: resourceType,
    events: integrationEvents(resourceType, action, suffix),
  };
}

const optional = <T extends Json>(field: string, value: T | undefined) =>
  value === undefined ? {} : { [field]: value };

/** What most tasks have none of: to spread nothing costs nothing. Lambda's event has no field for HeartbeatSeconds. */
function limits(
  { timeoutSeconds, heartbeatSeconds, roleArn }: TaskCall,
  withHeartbeat: boolean,
): { readonly [field: string]: Json } | undefined {
  if (timeoutSeconds === undefined && heartbeatSeconds === undefined && roleArn === undefined) {
    return undefined;
  }
  return {
    ...optional("timeoutInSeconds", timeoutSeconds),
    ...(withHeartbeat ? optional("heartbeatInSeconds", heartbeatSeconds) : {}),
    ...(roleArn === undefined ? {} : { taskCredentials: { roleArn } }),
  };
}

const lambdaEvents: TaskEvents = {
  scheduled: (call) => [
    "LambdaFunctionScheduled",
    {
      lambdaFunctionScheduledEventDetails: {
        resource: call.resource,
        input: jsonText(call.parameters),
        inputDetails: { truncated: false },
        ...limits(call, false),
      },
    },
  ],
  started: () => ["LambdaFunctionStarted"],
  succeeded: (output) => [
    "LambdaFunctionSucceeded",
    { lambdaFunctionSucceededEventDetails: { output, outputDetails: { truncated: false } } },
  ],
  failed: (error, cause) => [
    "LambdaFunctionFailed",
    {
      lambdaFunctionFailedEventDetails: {
        ...optional("error", error),
        ...optional("cause", cause),
      },
    },
  ],
  timedOut: (error) => [
    "LambdaFunctionTimedOut",
    { lambdaFunctionTimedOutEventDetails: { error } },
  ],
};

const activityEvents: TaskEvents = {
  scheduled: (call) => [
    "ActivityScheduled",
    {
      activityScheduledEventDetails: {
        resource: call.resource,
        input: jsonText(call.parameters),
        inputDetails: { truncated: false },
        ...limits(call, true),
      },
    },
  ],
  scheduleFailed: (error, cause) => [
    "ActivityScheduleFailed",
    {
      activityScheduleFailedEventDetails: {
        ...optional("error", error),
        ...optional("cause", cause),
      },
    },
  ],
  started: (workerName) => [
    "ActivityStarted",
    { activityStartedEventDetails: optional("workerName", workerName) },
  ],
  succeeded: (output) => [
    "ActivitySucceeded",
    { activitySucceededEventDetails: { output, outputDetails: { truncated: false } } },
  ],
  failed: (error, cause) => [
    "ActivityFailed",
    {
      activityFailedEventDetails: {
        ...optional("error", error),
        ...optional("cause", cause),
      },
    },
  ],
  timedOut: (error) => ["ActivityTimedOut", { activityTimedOutEventDetails: { error } }],
};

function integrationEvents(resourceType: string, action: string, suffix: string): TaskEvents {
  const resource = `${action}${suffix}`;
  return {
    scheduled: (call, region) => [
      "TaskScheduled",
      {
        taskScheduledEventDetails: {
          resourceType,
          resource,
          region,
          parameters: jsonText(call.parameters),
          ...limits(call, true),
        },
      },
    ],
    started: () => ["TaskStarted", { taskStartedEventDetails: { resourceType, resource } }],
    ...(suffix === ""
      ? {}
      : {
          submitted: (output) => [
            "TaskSubmitted",
            {
              taskSubmittedEventDetails: {
                resourceType,
                resource,
                output,
                outputDetails: { truncated: false },
              },
            },
          ],
        }),
    succeeded: (output) => [
      "TaskSucceeded",
      {
        taskSucceededEventDetails: {
          resourceType,
          resource,
          output,
          outputDetails: { truncated: false },
        },
      },
    ],
    failed: (error, cause) => [
      "TaskFailed",
      {
        taskFailedEventDetails: {
          resourceType,
          resource,
          ...optional("error", error),
          ...optional("cause", cause),
        },
      },
    ],
    timedOut: (error) => [
      "TaskTimedOut",
      { taskTimedOutEventDetails: { resourceType, resource, error } },
    ],
  };
}
