import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { createFakeClock, type FakeClock } from "../../testing/fake-clock.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../../testing/test-endpoint.ts";
import type { TaskServices } from "../integrations/task-services.ts";
import { createStates, type States, type StatesOptions } from "../states-service.ts";

export const roleArn = `arn:aws:iam::${place.accountId}:role/machine`;

type InvokeFunction = TaskServices["invokeFunction"];
type StatusEvent = Parameters<StatesOptions["putEvent"]>[0];

/** Step Functions alone, served over HTTP, on a clock that stands still. */
export interface TestStates {
  readonly clock: FakeClock;
  readonly states: States;
  readonly endpoint: TestEndpoint;
  readonly sfn: SFNClient;
  readonly databaseFile: string;
  readonly statusEvents: readonly StatusEvent[];
  readonly faults: readonly unknown[];
  /** What went to log groups, as JSON text. */
  readonly logged: readonly string[];
  /** What answers to tasks with a function; fails unless given. */
  invokeFunction: InvokeFunction;
  /** What the stack declares, at the next start. */
  activities: readonly string[];
  /** What a stop of the process and a new start on the same files make of it. */
  restart(): Promise<void>;
  close(): Promise<void>;
  define(name: string, definition: object): Promise<string>;
  start(stateMachineArn: string, more?: { input?: string; name?: string }): Promise<string>;
  statusOf(executionArn: string): Promise<string | undefined>;
  historyOf(executionArn: string): Promise<HistoryEvent[]>;
  /** Waits until the history's last event is of this type. */
  until(executionArn: string, type: string): Promise<HistoryEvent>;
}

export async function openTestStates(activities: readonly string[] = []): Promise<TestStates> {
  const clock = createFakeClock();
  const databaseFile = join(temporaryFolder(), "states.sqlite");
  const statusEvents: StatusEvent[] = [];
  const faults: unknown[] = [];
  const logged: string[] = [];

  async function open() {
    const states = createStates({
      place,
      databaseFile,
      clock,
      services: {
        invokeFunction: (...call) => opened.invokeFunction(...call),
        services: new Map(),
        callAs: (caller, signal) => current.endpoint.callAs(caller, signal),
      },
      requireTrust() {},
      requireLogDelivery() {},
      putEvent: (event) => void statusEvents.push(event),
      putLogEvents: (_, __, events) => void logged.push(...events.map(({ message }) => message)),
      onFault: (error) => void faults.push(error),
    });
    for (const name of opened.activities) states.putActivity({ name });
    const endpoint = await serve([states.service]);
    // The machines' role may do all.
    endpoint.roleKey("machine", { Effect: "Allow", Action: "*", Resource: "*" });
    states.start();
    return { states, endpoint, sfn: new SFNClient(endpoint.client) };
  }

  const opened: TestStates = {
    clock,
    databaseFile,
    statusEvents,
    faults,
    logged,
    activities,
    invokeFunction: () => Promise.reject(new Error("no function here")),
    get states() {
      return current.states;
    },
    get endpoint() {
      return current.endpoint;
    },
    get sfn() {
      return current.sfn;
    },
    async restart() {
      await opened.close();
      current = await open();
    },
    async close() {
      current.sfn.destroy();
      await current.states.close();
      await current.endpoint.close();
    },
    async define(name, definition) {
      const { stateMachineArn } = await current.sfn.send(
        new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }),
      );
      return stateMachineArn ?? "";
    },
    async start(stateMachineArn, more = {}) {
      const { executionArn } = await current.sfn.send(
        new StartExecutionCommand({ stateMachineArn, ...more }),
      );
      return executionArn ?? "";
    },
    async statusOf(executionArn) {
      return (await current.sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
    },
    async historyOf(executionArn) {
      return (
        (await current.sfn.send(new GetExecutionHistoryCommand({ executionArn }))).events ?? []
      );
    },
    async until(executionArn, type) {
      for (;;) {
        const last = (await opened.historyOf(executionArn)).at(-1);
        if (last?.type === type) return last;
        if (last?.type?.startsWith("Execution") && last.type !== "ExecutionStarted") {
          throw new Error(`${last.type} came before ${type}: ${JSON.stringify(last)}`);
        }
      }
    },
  };
  let current = await open();
  return opened;
}
