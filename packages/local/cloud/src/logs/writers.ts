import { AwsError } from "../aws-error.ts";
import type { Call } from "../service.ts";
import { logDeliveryActions } from "./delivery-actions.ts";
import type { LogAccess } from "./log-access.ts";
import type { LogStore } from "./store.ts";

/** Who may write into logs from inside the process. */
export function logWriters({ store, access }: { store: LogStore; access: LogAccess }) {
  return {
    /**
     * Whether a function's role lets it write into this stream: as on AWS, also make the stream, or the group, when it is
     * not there yet (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html).
     */
    mayWrite(call: Pick<Call, "authorize">, logGroupName: string, stream: string): boolean {
      const group = store.group(logGroupName);
      return isAllowed(() => {
        if (group === undefined) access.authorize(call, "CreateLogGroup", { logGroupName });
        if (group === undefined || store.stream(group.id, stream) === undefined) {
          access.authorize(call, "CreateLogStream", { logGroupName }, stream);
        }
        access.authorize(call, "PutLogEvents", { logGroupName }, stream);
      });
    },

    /** @throws AwsError as Step Functions answers when a machine's role may not have its log delivered to the group */
    requireDelivery(call: Pick<Call, "authorize">, logGroupName: string): void {
      for (const action of logDeliveryActions) {
        if (isAllowed(() => call.authorize(`logs:${action}`, "*"))) continue;
        throw new AwsError(
          "AccessDeniedException",
          `The state machine IAM Role is not authorized to access the Log Destination (logs:${action})`,
        );
      }
      if (store.group(logGroupName) !== undefined) return;
      throw new AwsError(
        "InvalidLoggingConfiguration",
        `Invalid Logging Configuration: Log Destination does not exist: ${logGroupName}`,
      );
    },
  };
}

function isAllowed(ask: () => void): boolean {
  try {
    ask();
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}
