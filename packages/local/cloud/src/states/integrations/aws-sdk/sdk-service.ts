import type { Json } from "@darkroom/states";
import { callJson } from "../call-service.ts";
import type { IntegrationCall } from "../integration.ts";
import type { JsonObject } from "../json-value.ts";
import type { ErrorNames } from "../service-failure.ts";

/** A service as `arn:aws:states:::aws-sdk:<service>:<action>` calls it. */
export interface SdkService {
  /** The name that requests to it are signed for. */
  readonly signingName: string;
  readonly errors: ErrorNames;
  /** Those that the local cloud has, with a small first letter as a Resource writes them. */
  readonly actions: ReadonlySet<string>;
  /** @throws AwsError as the service does */
  call(action: string, task: IntegrationCall): Promise<Json>;
  /** The second id that only S3 gives a request. */
  readonly extendedRequestId?: (requestId: string) => string;
}

/** A service that speaks AWS JSON. */
export function jsonSdkService(options: {
  signingName: string;
  errors: ErrorNames;
  actions: readonly string[];
  /** The API's input of parameters as Step Functions takes them: names with a capital, times as text. */
  toInput?: (parameters: JsonObject) => unknown;
  /** The other way round. */
  toOutput?: (output: Json) => Json;
}): SdkService {
  const { signingName, errors, toInput, toOutput } = options;
  return {
    signingName,
    errors,
    actions: new Set(options.actions),
    async call(action, { host, call, parameters }) {
      const operation = action.charAt(0).toUpperCase() + action.slice(1);
      const input = toInput === undefined ? parameters : toInput(parameters);
      const output = (await callJson(host.services, signingName, operation, input, call)) ?? {};
      return toOutput === undefined ? (output as Json) : toOutput(output as Json);
    },
  };
}
