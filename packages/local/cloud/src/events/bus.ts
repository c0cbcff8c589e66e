import { randomUUID } from "node:crypto";
import type { Clock } from "@darkroom/states";
import type { Place } from "../place.ts";
import type { RuleDraft } from "../terraform/draft.ts";
import { flatten, matches } from "./match.ts";
import type { EventOutbox, NewDelivery } from "./outbox.ts";
import { type Pattern, parsePattern } from "./pattern.ts";

export type Rule = RuleDraft;

/** An event as it comes, before the bus gives it its envelope. */
export interface IncomingEvent {
  readonly source: string;
  readonly "detail-type": string;
  readonly resources: readonly string[];
  readonly detail: object;
  /** Epoch milliseconds; now, if it doesn't say. */
  readonly time: number | undefined;
}

export type EventBus = ReturnType<typeof createEventBus>;

/** The default bus: its rules, and the way of an event to the outbox of their targets. */
export function createEventBus(options: {
  place: Place;
  clock: Clock;
  outbox: EventOutbox;
  /** Called when something was added to the outbox. */
  onDeliveries: () => void;
}) {
  const { place, clock, outbox } = options;
  const rules = new Map<string, { rule: Rule; pattern: Pattern }>();

  function deliveriesOf(event: IncomingEvent, id: string): NewDelivery[] {
    const whole = {
      version: "0",
      id,
      "detail-type": event["detail-type"],
      source: event.source,
      account: place.accountId,
      time: isoSeconds(event.time ?? clock.now()),
      region: place.region,
      resources: event.resources,
      detail: event.detail,
    };
    const flat = flatten(whole);
    const matching = [...rules.values()].filter(({ pattern }) => matches(pattern, flat));
    if (matching.length === 0) return [];
    const text = JSON.stringify(whole);
    return matching.flatMap(({ rule }) =>
      rule.targets.map((target) => ({
        ruleArn: rule.arn,
        targetArn: target.arn,
        event: text,
        maximumAgeMs: target.maximumEventAgeSeconds * 1000,
        maximumRetries: target.maximumRetryAttempts,
        deadLetterArn: target.deadLetterArn,
      })),
    );
  }

  return {
    arn: `arn:aws:events:${place.region}:${place.accountId}:event-bus/default`,

    /** @throws InvalidPatternError */
    putRule(rule: Rule): void {
      rules.set(rule.name, { rule, pattern: parsePattern(rule.eventPattern) });
    },

    rule: (name: string): Rule | undefined => rules.get(name)?.rule,

    rules: (): Rule[] =>
      [...rules.values()]
        .map(({ rule }) => rule)
        .sort((one, other) => (one.name < other.name ? -1 : 1)),

    /** Events are durable when this returns, as far as a rule wants them. @returns their ids */
    put(events: readonly IncomingEvent[]): string[] {
      const ids = events.map(() => randomUUID());
      const deliveries = events.flatMap((event, index) => deliveriesOf(event, ids[index] ?? ""));
      if (deliveries.length > 0) {
        outbox.add(deliveries, clock.now());
        options.onDeliveries();
      }
      return ids;
    },
  };
}

/** Events tell the time to the second. */
const isoSeconds = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
