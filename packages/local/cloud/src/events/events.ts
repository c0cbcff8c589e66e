import type { Clock } from "@darkroom/states";
import { type JsonService, jsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import type { RuleDraft } from "../terraform/draft.ts";
import { createEventBus } from "./bus.ts";
import { createDeliveries, type DeadLetter, type TargetEvent } from "./deliveries.ts";
import { eventsOperations } from "./operations.ts";
import { openEventOutbox } from "./outbox.ts";
import { openScheduleAnchors } from "./schedule-anchors.ts";
import { createSchedules } from "./schedules.ts";

export interface Events {
  readonly service: JsonService;
  /** Makes or changes a rule of the default bus. @throws Error that names the rule when its pattern or its schedule is not understood */
  putRule(rule: RuleDraft): void;
  /**
   * An event of AWS's own, such as `aws.states`, which PutEvents takes from nobody.
   * When it is fulfilled, the event is on disk for every rule that wants it.
   * @param event `time` in epoch milliseconds
   */
  putServiceEvent(event: {
    readonly source: string;
    readonly "detail-type": string;
    readonly resources: readonly string[];
    readonly detail: Record<string, unknown>;
    readonly time: number;
  }): Promise<void>;
  start(): void;
  close(): Promise<void>;
}

export interface EventsOptions {
  readonly place: Place;
  readonly databaseFile: string;
  readonly clock: Clock;
  /** Gives an event to a target; rejects when it can't be had now. Each event comes at least once. */
  readonly deliver: (delivery: TargetEvent) => Promise<void>;
  /** Sends what could not be delivered to a rule's dead-letter queue, with the rule as the source. */
  readonly sendDeadLetter: (letter: DeadLetter) => Promise<void>;
  readonly onFault: (error: unknown, where: string) => void;
  /** In [0, 1): spreads the retries. */
  readonly random?: () => number;
}

/** Amazon EventBridge: the default bus with the stack's rules, by pattern and by schedule. */
export function createEvents(options: EventsOptions): Events {
  const { place, clock } = options;
  const outbox = openEventOutbox(options.databaseFile, options.clock.now());
  const deliveries = createDeliveries({
    ...options,
    outbox,
    random: options.random ?? Math.random,
  });
  const bus = createEventBus({ place, clock, outbox, onDeliveries: deliveries.wake });
  const anchors = openScheduleAnchors(options.databaseFile);
  const schedules = createSchedules({
    clock,
    anchors,
    raise: bus.putScheduled,
    onFault: options.onFault,
  });

  return {
    service: jsonService({ name: "events", jsonVersion: "1.1", operations: eventsOperations(bus) }),

    putRule(rule) {
      try {
        bus.putRule(rule);
        schedules.put(rule);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`The rule ${rule.name} can't be made: ${why}`, { cause: error });
      }
    },

    async putServiceEvent(event) {
      bus.put([event]);
    },

    start() {
      deliveries.start();
      schedules.start();
    },

    async close() {
      schedules.close();
      await deliveries.close();
      anchors.close();
      outbox.close();
    },
  };
}
