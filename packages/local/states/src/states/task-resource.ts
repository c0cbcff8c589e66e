import { jsonText } from "../engine/json-text.ts";
import type { EventDetails } from "../engine/recorder.ts";
import type { TaskCall } from "../engine/steps.ts";

type Event = [type: string, details?: EventDetails];

/** How the history tells of a task: a function's own ARN has other events than a service integration. */
interface TaskEvents {
  readonly scheduled: (call: TaskCall, region: string) => Event;
  readonly started: () => Event;
  readonly succeeded: (output: string) => Event;
  readonly failed: (error: string | undefined, cause: string | undefined) => Event;
  readonly timedOut: (error: string) => [type: string, details: EventDetails];
}

export interface TaskResource {
  readonly arn: string;
  /** What a result that is too large is said to come from. */
  readonly service: string;
  readonly events: TaskEvents;
  /** Names a feature of the resource that the engine doesn't have. */
  readonly unsupported?: string;
}

const lambdaFunction = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;
const activity = /^arn:aws[\w-]*:states:[\w-]+:\d{12}:activity:.+$/;
const integration = /^arn:aws[\w-]*:states:[\w-]*::([\w-]+(?::[\w-]+)?):(\w+)(\.[\w:]+)?$/;

/** Reads the Resource of a Task; undefined for what can't be one. */
export function parseTaskResource(arn: string): TaskResource | undefined {
  if (lambdaFunction.test(arn)) return { arn, service: arn, events: lambdaEvents };
  if (activity.test(arn)) {
    return { arn, service: arn, events: lambdaEvents, unsupported: "activities" };
  }
  const [, resourceType, action, pattern] = integration.exec(arn) ?? [];
  if (resourceType === undefined || action === undefined) return undefined;
  return {
    arn,
    service: resourceType,
    events: integrationEvents(resourceType, `${action}${pattern ?? ""}`),
    ...(pattern === undefined ? {} : { unsupported: pattern }),
  };
}

const optional = <T>(field: string, value: T | undefined) =>
  value === undefined ? {} : { [field]: value };

const lambdaEvents: TaskEvents = {
  scheduled: (call) => [
    "LambdaFunctionScheduled",
    {
      lambdaFunctionScheduledEventDetails: {
        resource: call.resource,
        input: jsonText(call.parameters),
        inputDetails: { truncated: false },
        ...optional("timeoutInSeconds", call.timeoutSeconds),
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

const integrationEvents = (resourceType: string, resource: string): TaskEvents => ({
  scheduled: (call, region) => [
    "TaskScheduled",
    {
      taskScheduledEventDetails: {
        resourceType,
        resource,
        region,
        parameters: jsonText(call.parameters),
        ...optional("timeoutInSeconds", call.timeoutSeconds),
        ...optional("heartbeatInSeconds", call.heartbeatSeconds),
      },
    },
  ],
  started: () => ["TaskStarted", { taskStartedEventDetails: { resourceType, resource } }],
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
});
