import type { RoleSession } from "../../caller.ts";
import type { Call, Service } from "../../service.ts";

/** What Lambda answers to an invocation. */
export interface FunctionResult {
  /** JSON text. */
  readonly payload: string;
  /** Set when the function failed: the payload is the error then. */
  readonly functionError?: string | undefined;
  readonly executedVersion: string;
  /** The end of its log, if that was asked for. */
  readonly logTail?: string | undefined;
}

/** What tasks can reach. */
export interface TaskServices {
  /** Invokes a function and waits for its answer. @throws AwsError for what is no failure of the function itself */
  invokeFunction(
    functionName: string,
    payload: string,
    options: { call: Call; onStarted: () => void; tail: boolean },
  ): Promise<FunctionResult>;
  /** The services of the local cloud by the name that requests to them are signed for; a JsonService is called as one. */
  readonly services: ReadonlyMap<string, Service>;
  /**
   * A call in the name of a role.
   * @param assumedBy the role that takes it for this call. @throws AwsError unless that may
   */
  callAs(caller: RoleSession, signal: AbortSignal, assumedBy?: RoleSession): Call;
}
