import { isModelledCode } from "../service-failure.ts";
import { capitalized, convert, uncapitalized } from "./convert.ts";
import { jsonSdkService } from "./sdk-service.ts";

export const cloudwatchlogs = jsonSdkService({
  signingName: "logs",
  errors: {
    service: "CloudWatchLogs",
    general: "CloudWatchLogsException",
    isModelled: isModelledCode,
  },
  actions: [
    "createLogGroup",
    "createLogStream",
    "deleteLogGroup",
    "describeLogGroups",
    "describeLogStreams",
    "filterLogEvents",
    "getLogEvents",
    "putLogEvents",
  ],
  toInput: (parameters) => convert(parameters, (name, value) => [uncapitalized(name), value]),
  toOutput: (output) => convert(output, (name, value) => [capitalized(name), value]),
});
