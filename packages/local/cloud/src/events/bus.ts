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
  const rules = new Map<string, { rule: Rule; pattern: Pattern | undefined }>();

  const envelope = (event: IncomingEvent, id: string) => ({
    version: "0",
    id,
    "detail-type": event["detail-type"],
    source: event.source,
    account: place.accountId,
    time: isoSeconds(event.time ?? clock.now()),
    region: place.region,
    resources: event.resources,
    detail: event.detail,
  });

  /** @param event JSON text */
  const deliveriesTo = (rule: Rule, event: string): NewDelivery[] =>
    rule.targets.map((target) => ({
      ruleArn: rule.arn,
      targetArn: target.arn,
      event,
      maximumAgeMs: target.maximumEventAgeSeconds * 1000,
      maximumRetries: target.maximumRetryAttempts,
      deadLetterArn: target.deadLetterArn,
    }));

  function deliveriesOf(event: IncomingEvent, id: string): NewDelivery[] {
    const whole = envelope(event, id);
    const flat = flatten(whole);
    const matching = [...rules.values()].filter(
      ({ pattern }) => pattern !== undefined && matches(pattern, flat),
    );
    if (matching.length === 0) return [];
    const text = JSON.stringify(whole);
    return matching.flatMap(({ rule }) => deliveriesTo(rule, text));
  }

  function deliver(deliveries: readonly NewDelivery[]): void {
    if (deliveries.length === 0) return;
    outbox.add(deliveries, clock.now());
    options.onDeliveries();
  }

  return {
    arn: `arn:aws:events:${place.region}:${place.accountId}:event-bus/default`,

    /** @throws InvalidPatternError */
    putRule(rule: Rule): void {
      const { name, eventPattern } = rule;
      const pattern = eventPattern === undefined ? undefined : parsePattern(eventPattern);
      rules.set(name, { rule, pattern });
    },

    rule: (name: string): Rule | undefined => rules.get(name)?.rule,

    rules: (): Rule[] =>
      [...rules.values()]
        .map(({ rule }) => rule)
        .sort((one, other) => (one.name < other.name ? -1 : 1)),

    /** Events are durable when this returns, as far as a rule wants them. @returns their ids */
    put(events: readonly IncomingEvent[]): string[] {
      const ids = events.map(() => randomUUID());
      deliver(events.flatMap((event, index) => deliveriesOf(event, ids[index] ?? "")));
      return ids;
    },

    /**
     * The event of a rule's schedule, for its own targets. It is durable when this returns.
     * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html)
     * @param atMs when it was due
     */
    putScheduled(rule: Rule, atMs: number): void {
      const event: IncomingEvent = {
        source: "aws.events",
        "detail-type": "Scheduled Event",
        resources: [rule.arn],
        detail: {},
        time: atMs,
      };
      deliver(deliveriesTo(rule, JSON.stringify(envelope(event, randomUUID()))));
    },
  };
}

/** Events tell the time to the second. */
const isoSeconds = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
