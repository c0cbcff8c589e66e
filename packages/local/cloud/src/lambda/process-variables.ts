import { dirname, join } from "node:path";
import type { AccessKey } from "../credentials.ts";
import type { Place } from "../place.ts";
import type { FunctionDraft } from "../terraform/draft.ts";
import { latestVersion } from "./function-name.ts";

/**
 * The environment of a function's process: what Lambda sets
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime) and nothing of
 * the host's own. AWS_ENDPOINT_URL is what brings the SDK here; S3 clients address buckets by path on their own, since the
 * endpoint is an IP address.
 *
 * Left out, for there is nothing behind them: AWS_LAMBDA_RUNTIME_API, AWS_XRAY_DAEMON_ADDRESS, LD_LIBRARY_PATH.
 */
export function processVariables(options: {
  definition: FunctionDraft;
  place: Place;
  key: AccessKey;
  endpointUrl: string;
  taskRoot: string;
  runtimeFolder: string;
  /** Folders that stand for the function's layers, in order. */
  layerFolders: readonly string[];
  logStream: string;
}): Record<string, string> {
  const { definition, place, key, taskRoot } = options;
  return {
    // A definition may change these, as on AWS …
    AWS_ENDPOINT_URL: options.endpointUrl,
    LANG: "en_US.UTF-8",
    NODE_PATH: [
      ...options.layerFolders.map((folder) => join(folder, "node_modules")),
      taskRoot,
    ].join(":"),
    PATH: [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    TZ: ":UTC",
    ...definition.environment,
    // … and these not.
    _HANDLER: definition.handler,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: latestVersion,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    ...(definition.logFormat === "JSON" ? { AWS_LAMBDA_LOG_LEVEL: "INFO" } : {}),
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStream,
    AWS_REGION: place.region,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    ...(key.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: key.sessionToken }),
    LAMBDA_RUNTIME_DIR: options.runtimeFolder,
    LAMBDA_TASK_ROOT: taskRoot,
  };
}
