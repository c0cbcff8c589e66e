import { type Json, TaskFailedError, type TaskInvocation } from "@darkroom/states";
import { callJson, requireService } from "./call-service.ts";
import { readEventTime } from "./event-time.ts";
import type { Integration } from "./integration.ts";
import { isObject, sorted, withTextMembers } from "./json-value.ts";
import { type ErrorNames, isModelledCode, optimizedFailure } from "./service-failure.ts";

const errors: ErrorNames = {
  service: "EventBridge",
  inCause: "AmazonEventBridge",
  general: "AmazonEventBridgeException",
  isModelled: isModelledCode,
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html */
export const eventsPutEvents: Integration = {
  patterns: ["waitForTaskToken"],
  rules: { required: ["Entries"], optional: ["EndpointId"] },
  async run({ host, call, parameters, invocation }) {
    invocation.onStarted();
    const service = requireService(host.services, "events");
    const { Entries: entries } = parameters;
    const input = Array.isArray(entries)
      ? { ...parameters, Entries: entries.map((entry) => readEntry(entry, invocation)) }
      : parameters;
    const result = (await callJson(host.services, "events", "PutEvents", input, call).catch(
      (error: unknown) => {
        throw optimizedFailure(errors, service, error, { call, host });
      },
    )) as { FailedEntryCount: number };
    const answer = sorted(result);
    if (result.FailedEntryCount > 0) {
      throw new TaskFailedError("EventBridge.FailedEntry", JSON.stringify(answer));
    }
    return answer;
  },
};

/** Detail may be JSON, and the event tells which execution of which machine it comes from. */
function readEntry(entry: Json, invocation: TaskInvocation): Json {
  if (!isObject(entry)) return entry;
  const { Resources: resources = [], Time: time } = entry;
  return {
    ...withTextMembers(entry, ["Detail"]),
    ...(time === undefined ? {} : { Time: readEventTime(time) }),
    Resources: Array.isArray(resources)
      ? [...resources, invocation.stateMachineArn, invocation.executionArn]
      : resources,
  };
}
