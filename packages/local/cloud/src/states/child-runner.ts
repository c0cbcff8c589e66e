import {
  type Clock,
  type Execution,
  type HistoryEvent,
  type MapRunHost,
  type Random,
  type RunningMapRunChild,
  type StateMachine,
  startExecution,
  type TaskInvoker,
} from "@darkroom/states";
import type { Place } from "../place.ts";
import { executionArn, machineNameOf } from "./names.ts";
import { DamagedHistoryError, type StatesStore, type StoredExecution } from "./store.ts";
import type { TaskTokens } from "./task-tokens.ts";

/** A child of a Map Run. */
export interface ChildStart {
  readonly machine: StateMachine;
  /** …:stateMachine:MACHINE/LABEL */
  readonly machineArn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly input: string;
  /** Of the machine that the Map stands in. */
  readonly definitionHash: string;
  /** Writes, in the transaction of its first event, that it has begun. */
  readonly begin: (at: number, executionArn: string) => void;
}

/** Runs the STANDARD children of Map Runs: executions whose ends are told to their run. */
export function createChildRunner(options: {
  place: Place;
  store: StatesStore;
  clock: Clock;
  random: Random;
  invoker: TaskInvoker;
  tokens: TaskTokens;
  activityExists: (activityArn: string) => boolean;
  mapRuns: MapRunHost;
  /** All executions that run. */
  live: Map<string, Execution>;
  isClosed: () => boolean;
  tellEvents: (arn: string, events: readonly HistoryEvent[]) => void;
  tellEnd: (arn: string) => void;
  endDamaged: (error: DamagedHistoryError) => Promise<void>;
  onStatusChange: () => void;
}) {
  const { place, store, clock, live, isClosed, tellEvents, tellEnd, endDamaged } = options;

  /** Runs a child, or goes on with it. @throws DamagedHistoryError */
  function runChild(child: ChildStart, arn: string, isNew: boolean): RunningMapRunChild {
    let isKept = !isNew;
    const { machineArn: childMachineArn, name, roleArn, input, definitionHash } = child;
    const running = startExecution({
      machine: child.machine,
      stateMachineArn: childMachineArn,
      executionArn: arn,
      name,
      roleArn,
      input,
      clock,
      random: options.random,
      invoker: options.invoker,
      taskToken: options.tokens.issue,
      activityExists: options.activityExists,
      mapRuns: options.mapRuns,
      journal: {
        async append(_, events) {
          if (isClosed()) return new Promise<void>(() => {});
          await store.commit(() => {
            if (!isKept) {
              const startDate = events[0]?.timestamp ?? clock.now();
              store.createChild(
                {
                  arn,
                  machineArn: childMachineArn,
                  name,
                  roleArn,
                  definitionHash,
                  startDate,
                  input,
                },
                child.begin,
              );
            }
            store.append(arn, events);
          });
          if (!isKept) options.onStatusChange();
          isKept = true;
          tellEvents(arn, events);
        },
      },
      history: isNew ? [] : store.history(arn),
    });
    live.set(arn, running);
    const done = running.done.finally(() => live.delete(arn));
    done.then(
      () => {
        tellEnd(arn);
        options.onStatusChange();
      },
      // Its run hears of it.
      () => {},
    );
    return { done, stop: () => running.stop(), suspend: () => running.suspend() };
  }

  function takeUpChild(child: ChildStart, arn: string, isNew: boolean): RunningMapRunChild {
    try {
      return runChild(child, arn, isNew);
    } catch (error) {
      if (!(error instanceof DamagedHistoryError)) throw error;
      return endedChild(arn, endDamaged(error));
    }
  }

  function redriveChild(child: ChildStart, known: StoredExecution): RunningMapRunChild {
    const arn = known.executionArn;
    const redriveDate = Math.max(clock.now(), known.stopDate ?? 0);
    let running: RunningMapRunChild | undefined;
    let order: "stop" | "suspend" | undefined;
    const redriven = store.commit(() => {
      child.begin(redriveDate, arn);
      return store.redrive(arn, redriveDate, undefined);
    });
    const done = redriven.then((event) => {
      options.onStatusChange();
      tellEvents(arn, [event]);
      if (isClosed() || order === "suspend") return new Promise<never>(() => {});
      running = takeUpChild(child, arn, false);
      if (order === "stop") running.stop();
      return running.done;
    });
    const tell = (what: "stop" | "suspend"): void => {
      order = what;
      running?.[what]();
    };
    return { done, stop: () => tell("stop"), suspend: () => tell("suspend") };
  }

  /** The end of a child that is in the store. */
  function endedChild(arn: string, ended: Promise<void>): RunningMapRunChild {
    const done = ended.then(() => {
      const execution = store.find(arn);
      if (execution === undefined) throw new Error(`no execution ${arn}`);
      return execution;
    });
    return { done, stop() {}, suspend() {} };
  }

  return {
    /**
     * Runs a child of a Map Run, or goes on with one that an earlier process has left; one that has ended is redriven.
     * If its journal fails, it is its run that takes it up again.
     */
    start(child: ChildStart): RunningMapRunChild {
      const arn = executionArn(place, machineNameOf(child.machineArn), child.name);
      const known = store.find(arn);
      if (known === undefined || known.status === "RUNNING") {
        return takeUpChild(child, arn, known === undefined);
      }
      return redriveChild(child, known);
    },
  };
}
