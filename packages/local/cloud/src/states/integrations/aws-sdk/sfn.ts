import { withTextMembers } from "../json-value.ts";
import { isModelledCode } from "../service-failure.ts";
import { capitalized, convert, secondsAsIso, uncapitalized } from "./convert.ts";
import { jsonSdkService } from "./sdk-service.ts";

/** Members whose own members are named by the definition. */
const named = new Set(["assignedVariables", "variableReferences"]);

export const sfn = jsonSdkService({
  signingName: "states",
  errors: {
    service: "Sfn",
    general: "SfnException",
    isModelled: (code) => code === "ValidationException" || isModelledCode(code),
  },
  actions: [
    "createActivity",
    "createStateMachine",
    "deleteActivity",
    "deleteStateMachine",
    "describeActivity",
    "describeExecution",
    "describeMapRun",
    "describeStateMachine",
    "describeStateMachineForExecution",
    "getActivityTask",
    "getExecutionHistory",
    "listActivities",
    "listExecutions",
    "listMapRuns",
    "listStateMachines",
    "listTagsForResource",
    "redriveExecution",
    "sendTaskFailure",
    "sendTaskHeartbeat",
    "sendTaskSuccess",
    "startExecution",
    "stopExecution",
    "tagResource",
    "untagResource",
    "updateStateMachine",
  ],
  toInput: (parameters) =>
    convert(withTextMembers(parameters, ["Definition", "Input", "Output"]), (name, value) => [
      uncapitalized(name),
      value,
    ]),
  toOutput: (output) =>
    convert(
      output,
      (name, value) => [
        capitalized(name),
        /Date$|^timestamp$/.test(name) ? secondsAsIso(value) : value,
      ],
      named,
    ),
});
