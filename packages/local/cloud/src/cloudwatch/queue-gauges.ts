import type { Clock } from "@darkroom/states";
import type { Recorder } from "./recorder.ts";

const sampleEveryMs = 60_000;

/** How many messages a queue has now. */
export interface QueueDepth {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Of the message that was sent first; 0 without any. */
  readonly oldestAgeMs: number;
}

/**
 * The depth of each queue, once a minute and when somebody reads it; each minute keeps its last sample.
 * A queue that stays empty is not sampled by itself, as AWS leaves out a queue that nobody uses.
 */
export function createQueueGauges(options: {
  recorder: Recorder;
  clock: Clock;
  queues: () => readonly QueueDepth[];
  onFault: (error: unknown, where: string) => void;
}) {
  const { recorder, clock } = options;
  const wasBusy = new Set<string>();
  let cancel: (() => void) | undefined;

  function sample(all: boolean): void {
    try {
      const gauges = options.queues().flatMap((queue) => {
        const isBusy = queue.visible + queue.inFlight + queue.delayed > 0;
        const counts = all || isBusy || wasBusy.has(queue.name);
        if (isBusy) wasBusy.add(queue.name);
        else wasBusy.delete(queue.name);
        return counts ? gaugesOf(queue) : [];
      });
      if (gauges.length > 0) recorder.set(gauges, clock.now());
    } catch (error) {
      options.onFault(error, "CloudWatch, sampling queues");
    }
  }

  function sampleAndWait(): void {
    sample(false);
    cancel = clock.setTimer(clock.now() + sampleEveryMs, sampleAndWait);
  }

  return {
    /** For a reader, who finds empty queues too. */
    sample: () => sample(true),
    start: sampleAndWait,
    close: () => cancel?.(),
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const gaugesOf = ({ name, visible, inFlight, delayed, oldestAgeMs }: QueueDepth) =>
  (
    [
      ["ApproximateNumberOfMessagesVisible", "Count", visible],
      ["ApproximateNumberOfMessagesNotVisible", "Count", inFlight],
      ["ApproximateNumberOfMessagesDelayed", "Count", delayed],
      ["ApproximateAgeOfOldestMessage", "Seconds", Math.floor(oldestAgeMs / 1000)],
    ] as const
  ).map(([metric, unit, value]) => ({
    series: {
      namespace: "AWS/SQS",
      name: metric,
      dimensions: [{ Name: "QueueName", Value: name }],
      unit,
    },
    value,
  }));
