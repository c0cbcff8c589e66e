import { type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { ImageProcessingInput } from "@darkroom/workflow";

export interface ExecutionStarter {
  /**
   * Starts an execution, or finds that one of this name is there.
   * `started: false` when it never will: no second try can mend what `reason` says.
   * @throws what may pass
   */
  start(
    name: string,
    input: ImageProcessingInput,
  ): Promise<{ started: true } | { started: false; reason: string }>;
}

export function executionStarter(client: SFNClient, stateMachineArn: string): ExecutionStarter {
  return {
    async start(name, input) {
      try {
        await client.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
        );
        return { started: true };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (error.name === "ExecutionAlreadyExists") return { started: true };
        if (mayPass(error)) throw error;
        return { started: false, reason: `${error.name}: ${error.message}` };
      }
    },
  };
}

/** 4xx answers that say "later" and not "never"; a signature is refused while a clock is being set. */
const passing = new Set([
  "ExecutionLimitExceeded",
  "ExpiredTokenException",
  "InvalidSignatureException",
  "KmsThrottlingException",
  "RequestExpired",
  "RequestTimeout",
  "StateMachineDeleting",
  "ThrottledException",
  "ThrottlingException",
  "TooManyRequestsException",
]);

/** Whether the same call may succeed later: no answer at all, the service's own fault, or a throttle. */
function mayPass(error: Error): boolean {
  const { $fault, $retryable, $metadata } = error as Partial<{
    $fault: "client" | "server";
    $retryable: object;
    $metadata: { httpStatusCode?: number };
  }>;
  const status = $metadata?.httpStatusCode;
  return (
    status === undefined ||
    status === 429 ||
    status >= 500 ||
    $fault === "server" ||
    $retryable !== undefined ||
    passing.has(error.name)
  );
}
