import type { Clock } from "@darkroom/states";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Caller } from "../caller.ts";
import { type JsonService, jsonService } from "../http/json-service.ts";
import { accessDenied } from "../iam/access-denied.ts";
import { parseInput } from "../parse-input.ts";
import type { Call, NamedService } from "../service.ts";
import { clearRequest, type FaultRequest, faultRequest, type InvocationFault } from "./fault.ts";
import { openFaultStore } from "./fault-store.ts";
import { findCall } from "./find-call.ts";
import { findFunction } from "./find-function.ts";
import { injectedError, injectedMessage } from "./injected-error.ts";

export interface Faults {
  /** AddFault, ListFaults and ClearFaults, for the operator alone. */
  readonly service: JsonService;
  /** What is to become of an invocation that begins now; a fault that is counted is taken by asking. */
  takeForInvocation(functionName: string): InvocationFault | undefined;
  /**
   * Lets a fault come to a call of a role before the service sees it: it waits, or is refused.
   * @throws AwsError the fault's
   */
  beforeCall(
    service: string,
    operation: string | undefined,
    by: Pick<Call, "caller" | "signal">,
  ): Promise<void>;
  /** The same service, to which faults come. */
  faulty<S extends NamedService>(service: S): S;
  close(): void;
}

export interface FaultsOptions {
  readonly databaseFile: string;
  readonly clock: Clock;
  /** In [0, 1): decides whether a fault with a rate comes. */
  readonly random?: () => number;
  /** The deployed ones, by name. */
  readonly functionNames: () => readonly string[];
  /** Those whose calls may be given faults. */
  readonly services: () => readonly NamedService[];
}

/**
 * Faults that the operator gives to functions, and to the calls that tasks make: those of a role, be it a function's or a
 * state machine's. What the local cloud does on its own, such as polling a queue, and the operator's calls have none.
 */
export function createFaults(options: FaultsOptions): Faults {
  const { clock } = options;
  const store = openFaultStore(options.databaseFile, options.random ?? Math.random);
  const waiting = new Set<() => void>();

  function requireTarget({ Function: name, Call: call, ...rest }: FaultRequest): FaultRequest {
    const found =
      name === undefined
        ? findCall(call ?? "", options.services())
        : findFunction(name, options.functionNames());
    if ("problem" in found) throw new AwsError("ValidationException", found.problem);
    return "call" in found ? { ...rest, Call: found.call } : { ...rest, Function: found.name };
  }

  /** @throws AwsError when the caller goes away, or the cloud is closed, meanwhile */
  function wait(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener("abort", giveUp);
        waiting.delete(giveUp);
      };
      const giveUp = (): void => {
        end();
        reject(
          new AwsError("ServiceUnavailable", "Nobody waits for the call any more.", {
            status: 503,
          }),
        );
      };
      const cancel = clock.setTimer(clock.now() + seconds * 1000, () => {
        end();
        resolve();
      });
      signal.addEventListener("abort", giveUp);
      waiting.add(giveUp);
      if (signal.aborted) giveUp();
    });
  }

  const beforeCall: Faults["beforeCall"] = async (service, operation, { caller, signal }) => {
    if (operation === undefined || caller.kind !== "role") return;
    const taken = store.take({ Call: `${service}:${operation}` });
    if (taken?.Error !== undefined) throw injectedError(service, taken.Error, taken.Id);
    if (taken?.Delay !== undefined) await wait(taken.Delay, signal);
  };

  const concerns = (caller: Caller): boolean => caller.kind === "role" && store.hasCalls();

  return {
    service: jsonService({
      name: "faults",
      jsonVersion: "1.0",
      operations: {
        AddFault(raw, call) {
          requireOperator("faults:AddFault", call);
          const request = requireTarget(parseInput(faultRequest, raw));
          return { Fault: store.add(request, clock.now()) };
        },
        ListFaults(raw, call) {
          requireOperator("faults:ListFaults", call);
          parseInput(z.strictObject({}), raw);
          return { Faults: store.list() };
        },
        ClearFaults(raw, call) {
          requireOperator("faults:ClearFaults", call);
          const { Id } = parseInput(clearRequest, raw);
          if (Id === undefined) return { Cleared: store.removeAll() };
          if (store.remove(Id)) return { Cleared: 1 };
          throw new AwsError("ResourceNotFoundException", `There is no fault ${Id}.`);
        },
      },
    }),

    takeForInvocation(functionName) {
      const taken = store.take({ Function: functionName });
      if (taken === undefined) return undefined;
      if (taken.Error !== undefined) {
        return { kind: "error", errorType: taken.Error, errorMessage: injectedMessage(taken.Id) };
      }
      return taken.Timeout === undefined
        ? { kind: "delay", seconds: taken.Delay ?? 0 }
        : { kind: "timeout", seconds: taken.Timeout };
    },

    beforeCall,

    faulty(service) {
      const handle: NamedService["handle"] = async (request) => {
        if (concerns(request.caller)) {
          await beforeCall(service.name, await service.operationOf(request), request);
        }
        return service.handle(request);
      };
      if (!("call" in service)) return { ...service, handle };
      const json = service as NamedService & JsonService;
      const call: JsonService["call"] = async (operation, input, context) => {
        await beforeCall(service.name, operation, context);
        return json.call(operation, input, context);
      };
      return { ...service, handle, call };
    },

    close() {
      for (const giveUp of [...waiting]) giveUp();
      store.close();
    },
  };
}

/** No policy of the stack can give it away: on AWS there is no such service. */
function requireOperator(action: string, { authorize, caller }: Call): void {
  authorize(action, "*");
  if (caller.kind !== "operator") {
    throw accessDenied({ caller, action, resource: "*" }, "implicit-deny", []);
  }
}
