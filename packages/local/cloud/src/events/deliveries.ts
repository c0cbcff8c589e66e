import type { Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Delivery, EventOutbox, Failure } from "./outbox.ts";

/** What a target gets: the whole event. */
export interface TargetEvent {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly event: object;
}

/** What a rule's dead-letter queue gets, as the body and the message attributes of SQS's SendMessage. */
export interface DeadLetter {
  readonly queueArn: string;
  readonly ruleArn: string;
  readonly body: string;
  readonly attributes: Readonly<
    Record<string, { DataType: "String" | "Number"; StringValue: string }>
  >;
}

const maximumConcurrent = 16;
const firstRetryMs = 1000;
/** As when the disk was full. */
const afterFaultMs = 5000;
/** 185 retries, EventBridge's default, fill its 24 hours at this pace. */
const longestRetryMs = 600_000;
/** How long a dead-letter queue that can't be reached is tried. */
const deadLetterAgeMs = 86_400_000;

/**
 * EventBridge does not try again when permission is missing or the target is gone
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
 */
const hopeless = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "ResourceNotFoundException",
  "QueueDoesNotExist",
]);

/** Takes deliveries from the outbox to their targets, each until it is there or its limits are used up. */
export function createDeliveries(options: {
  outbox: EventOutbox;
  clock: Clock;
  /** In [0, 1), as Math.random. */
  random: () => number;
  deliver: (delivery: TargetEvent) => Promise<void>;
  sendDeadLetter: (letter: DeadLetter) => Promise<void>;
  onFault: (error: unknown, where: string) => void;
}) {
  const { outbox, clock } = options;
  const underWay = new Map<number, Promise<void>>();
  let alarm: (() => void) | undefined;
  let running = false;

  /** Starts what is due, and sets the alarm for what will be. */
  function pump(): void {
    if (!running) return;
    alarm?.();
    alarm = undefined;
    const waiting = outbox
      .next(maximumConcurrent + underWay.size)
      .filter(({ id }) => !underWay.has(id));
    for (const delivery of waiting) {
      if (underWay.size >= maximumConcurrent) return;
      if (delivery.nextAt > clock.now()) {
        alarm = clock.setTimer(delivery.nextAt, guardedPump);
        return;
      }
      const done = attempt(delivery).then(
        () => {
          underWay.delete(delivery.id);
          guardedPump();
        },
        (error: unknown) => {
          underWay.delete(delivery.id);
          tryAgainAfterFault(error, where(delivery));
        },
      );
      underWay.set(delivery.id, done);
    }
  }

  function guardedPump(): void {
    try {
      pump();
    } catch (error) {
      tryAgainAfterFault(error, "EventBridge, looking for deliveries");
    }
  }

  /** The outbox itself could not be read or written. */
  function tryAgainAfterFault(error: unknown, place: string): void {
    options.onFault(error, place);
    if (!running) return;
    alarm?.();
    alarm = clock.setTimer(clock.now() + afterFaultMs, guardedPump);
  }

  async function attempt(delivery: Delivery): Promise<void> {
    const { failure } = delivery;
    try {
      if (failure === undefined) {
        const { ruleArn, targetArn } = delivery;
        await options.deliver({ ruleArn, targetArn, event: JSON.parse(delivery.event) });
      } else {
        await options.sendDeadLetter(deadLetter(delivery, failure));
      }
    } catch (error) {
      if (failure === undefined) notDelivered(delivery, error);
      else notBuried(delivery, failure, error);
      return;
    }
    outbox.remove(delivery.id);
  }

  function notDelivered(delivery: Delivery, error: unknown): void {
    const now = clock.now();
    const attempts = delivery.attempts + 1;
    const nextAt = now + backoffMs(attempts);
    const code = error instanceof AwsError ? error.code : "InternalFailure";
    const exhausted: Failure["exhausted"] =
      attempts > delivery.maximumRetries
        ? "MaximumRetryAttempts"
        : nextAt > delivery.createdAt + delivery.maximumAgeMs
          ? "MaximumEventAgeInSeconds"
          : undefined;
    if (exhausted === undefined && !hopeless.has(code)) {
      outbox.retryLater(delivery, { nextAt, attempts, failure: undefined });
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    const why = exhausted === undefined ? "trying again has no use" : `${exhausted} is used up`;
    if (delivery.deadLetterArn === undefined) {
      options.onFault(error, `${where(delivery)}: dropped after ${attempts} tries, ${why}`);
      outbox.remove(delivery.id);
      return;
    }
    const failure = { code, message, exhausted, attempts, at: now };
    outbox.retryLater(delivery, { nextAt: now, attempts: 0, failure });
  }

  function notBuried(delivery: Delivery, failure: Failure, error: unknown): void {
    const attempts = delivery.attempts + 1;
    const nextAt = clock.now() + backoffMs(attempts);
    if (nextAt <= failure.at + deadLetterAgeMs) {
      outbox.retryLater(delivery, { nextAt, attempts, failure });
      return;
    }
    options.onFault(
      error,
      `${where(delivery)}: dropped, its dead-letter queue ${delivery.deadLetterArn} can't be reached`,
    );
    outbox.remove(delivery.id);
  }

  /** Exponential with jitter, as EventBridge does it. */
  function backoffMs(attempts: number): number {
    const full = Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs);
    return Math.round(full * (0.5 + options.random() / 2));
  }

  return {
    /** Something was added to the outbox. */
    wake: guardedPump,

    start(): void {
      running = true;
      guardedPump();
    },

    /** Waits for the deliveries that are under way; the rest stays for the next start. */
    async close(): Promise<void> {
      running = false;
      alarm?.();
      await Promise.all(underWay.values());
    },
  };
}

const where = ({ ruleArn, targetArn }: Delivery): string =>
  `EventBridge, ${ruleArn} to ${targetArn}`;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-attributes */
function deadLetter(delivery: Delivery, failure: Failure): DeadLetter {
  const text = (StringValue: string) => ({ DataType: "String", StringValue }) as const;
  return {
    queueArn: delivery.deadLetterArn ?? "",
    ruleArn: delivery.ruleArn,
    body: delivery.event,
    attributes: {
      RULE_ARN: text(delivery.ruleArn),
      TARGET_ARN: text(delivery.targetArn),
      ERROR_CODE: text(failure.code),
      ERROR_MESSAGE: text(failure.message || failure.code),
      ...(failure.exhausted === undefined
        ? {}
        : { EXHAUSTED_RETRY_CONDITION: text(failure.exhausted) }),
      RETRY_ATTEMPTS: { DataType: "Number", StringValue: String(failure.attempts - 1) },
    },
  };
}
