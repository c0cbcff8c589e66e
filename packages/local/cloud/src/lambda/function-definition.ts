import { AwsError } from "../aws-error.ts";
import type { FunctionDraft } from "../terraform/draft.ts";

/** What an operator may change while the cloud runs; the definition rules again at the next start. */
export interface FunctionSettings {
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html: all of them together. */
const maximumEnvironmentBytes = 4096;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const reservedVariables = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_DEFAULT_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_LAMBDA_RUNTIME_API",
  "AWS_REGION",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
]);

const invalid = (message: string): AwsError =>
  new AwsError("InvalidParameterValueException", message);

/**
 * Refuses what AWS would refuse, and what this machine can't run.
 * @throws Error that names the function.
 */
export function checkDefinition(definition: FunctionDraft): void {
  const { name, runtime, architecture } = definition;
  const [major] = process.versions.node.split(".");
  if (runtime !== `nodejs${major}.x`) {
    throw new Error(
      `The function ${name} asks for the runtime ${runtime}; the local cloud runs on Node.js ${major} and has nodejs${major}.x only.`,
    );
  }
  if (architecture !== "arm64" && architecture !== "x86_64") {
    throw new Error(`The function ${name} asks for the architecture "${architecture}".`);
  }
  try {
    checkSettings(definition);
  } catch (error) {
    throw cannotBeDefined(name, error);
  }
}

export const cannotBeDefined = (name: string, cause: unknown): Error =>
  new Error(
    `The function ${name} can't be defined: ${cause instanceof Error ? cause.message : cause}`,
    { cause },
  );

/** @throws AwsError as Lambda answers to CreateFunction and UpdateFunctionConfiguration. */
export function checkSettings(settings: FunctionSettings): void {
  checkRange("memorySize", settings.memoryMb, 128, 10_240);
  checkRange("timeout", settings.timeoutSeconds, 1, 900);
  if (settings.description.length > 256) {
    throw invalid("The description is longer than 256 characters.");
  }
  const names = Object.keys(settings.environment);
  const reserved = names.filter((name) => reservedVariables.has(name));
  if (reserved.length > 0) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  const malformed = names.find((name) => !/^[a-zA-Z][a-zA-Z0-9_]+$/.test(name));
  if (malformed !== undefined) {
    throw invalid(
      `1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]: ${malformed}`,
    );
  }
  const text = JSON.stringify(settings.environment);
  if (Buffer.byteLength(text) > maximumEnvironmentBytes) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
  }
}

function checkRange(member: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const bound =
    value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value ${bound}`,
  );
}
