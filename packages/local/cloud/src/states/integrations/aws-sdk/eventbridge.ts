import type { Json } from "@darkroom/states";
import { readEventTime } from "../event-time.ts";
import { isObject, withTextMembers } from "../json-value.ts";
import { isModelledCode } from "../service-failure.ts";
import { jsonSdkService } from "./sdk-service.ts";

export const eventbridge = jsonSdkService({
  signingName: "events",
  errors: { service: "EventBridge", general: "EventBridgeException", isModelled: isModelledCode },
  actions: [
    "describeRule",
    "listEventBuses",
    "listRules",
    "listTargetsByRule",
    "putEvents",
    "testEventPattern",
  ],
  toInput: (parameters) => {
    const { Entries: entries } = parameters;
    const input = withTextMembers(parameters, ["Event", "EventPattern"]);
    return Array.isArray(entries) ? { ...input, Entries: entries.map(readEntry) } : input;
  },
});

function readEntry(entry: Json): Json {
  if (!isObject(entry)) return entry;
  const { Time: time } = entry;
  const read = withTextMembers(entry, ["Detail"]);
  return time === undefined ? read : { ...read, Time: readEventTime(time) };
}
