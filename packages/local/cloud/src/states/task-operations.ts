import type { Json, TaskOutcome } from "@darkroom/states";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Operation } from "../service.ts";
import { taskTimedOut } from "./errors.ts";
import type { Executions } from "./executions.ts";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
const maximumOutputBytes = 262_144;

const taskToken = z.string().min(1).max(2048);
const successInput = z.strictObject({ taskToken, output: z.string() });
const failureInput = z.strictObject({
  taskToken,
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
});
const heartbeatInput = z.strictObject({ taskToken });

/**
 * What workers say of a task by its token. IAM knows no resource for these calls: whoever may make them needs a token
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html).
 */
export function taskOperations(options: { executions: Executions }): Record<string, Operation> {
  const { executions } = options;

  async function settle(token: string, outcome: TaskOutcome): Promise<object> {
    if (!(await executions.settleTask(token, outcome))) throw taskTimedOut();
    return {};
  }

  return {
    SendTaskSuccess(raw, call) {
      const input = parseInput(successInput, raw);
      call.authorize("states:SendTaskSuccess", "*");
      return settle(input.taskToken, { output: parseOutput(input.output) });
    },

    SendTaskFailure(raw, call) {
      const { taskToken: token, error, cause } = parseInput(failureInput, raw);
      call.authorize("states:SendTaskFailure", "*");
      return settle(token, {
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      });
    },

    async SendTaskHeartbeat(raw, call) {
      const input = parseInput(heartbeatInput, raw);
      call.authorize("states:SendTaskHeartbeat", "*");
      if (!(await executions.heartbeatTask(input.taskToken))) throw taskTimedOut();
      return {};
    },
  };
}

/** @throws AwsError InvalidOutput */
function parseOutput(output: string): Json {
  if (Buffer.byteLength(output) > maximumOutputBytes) {
    throw new AwsError(
      "InvalidOutput",
      `Invalid Output: 'The output is longer than ${maximumOutputBytes} bytes'`,
    );
  }
  try {
    return JSON.parse(output);
  } catch (error) {
    throw new AwsError(
      "InvalidOutput",
      `Invalid Output: '${error instanceof Error ? error.message : error}'`,
      { cause: error },
    );
  }
}
