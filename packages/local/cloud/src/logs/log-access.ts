import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import type { Call } from "../service.ts";
import { groupDoesNotExist, invalidParameter, streamDoesNotExist } from "./errors.ts";
import type { LogGroup, LogStore, LogStream } from "./store.ts";

/** How a call says which group it is for: by its name, or by its name or ARN. */
export interface GroupReference {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}

export type LogAccess = ReturnType<typeof createLogAccess>;

/** Finds groups and streams once their caller may do what they ask for. */
export function createLogAccess(place: Place, store: LogStore) {
  const arnOf = (group: string): string =>
    `arn:aws:logs:${place.region}:${place.accountId}:log-group:${group}`;

  function groupName({ logGroupName, logGroupIdentifier }: GroupReference): string {
    if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
      throw new AwsError(
        "ValidationException",
        "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
      );
    }
    const name = logGroupName ?? logGroupIdentifier;
    if (name === undefined) throw invalidParameter("A log group must be named: logGroupName.");
    const prefix = arnOf("");
    return name.startsWith(prefix) ? name.slice(prefix.length).replace(/:\*$/, "") : name;
  }

  return {
    arnOf,

    /**
     * CloudWatch Logs decides about a stream's ARN, whose name is empty for calls about a whole group:
     * a policy for `<group>:*` covers both. @returns the group's name
     */
    authorize(
      call: Pick<Call, "authorize">,
      action: string,
      reference: GroupReference,
      stream = "",
    ): string {
      const name = groupName(reference);
      call.authorize(`logs:${action}`, `${arnOf(name)}:log-stream:${stream}`);
      return name;
    },

    requireGroup(name: string): LogGroup {
      const group = store.group(name);
      if (group === undefined) throw groupDoesNotExist();
      return group;
    },

    requireStream(group: LogGroup, name: string): LogStream {
      const stream = store.stream(group.id, name);
      if (stream === undefined) throw streamDoesNotExist();
      return stream;
    },
  };
}
