import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import type { FailureRule } from "./failure-rule.ts";
import type { PhotoEvents } from "./photo-events.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import type { PrivateQueue } from "./private-queue.ts";

export interface PipelineAlarmsProps {
  readonly deployment: Deployment;
  readonly events: PhotoEvents;
  readonly rule: FailureRule;
  readonly startExecution: PipelineFunction;
  readonly recordFailure: PipelineFunction;
  readonly reconcilePhotos: PipelineFunction;
}

/** One metric that must stay at 0. */
interface Watch {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly statistic: "Maximum" | "Sum";
  /** In seconds. */
  readonly period?: number;
  readonly treatMissingData?: "ignore";
}

interface Alarm
  extends Omit<Watch, "statistic" | "treatMissingData">,
    Pick<CloudwatchMetricAlarmConfig, "evaluationPeriods" | "threshold" | "comparisonOperator"> {
  readonly statistic: Watch["statistic"] | "SampleCount";
  readonly treatMissingData: "breaching" | "ignore" | "notBreaching";
}

/** How often the reconciliation runs, in seconds. */
const hourly = 3600;

/**
 * What a person has to know of. Not the machine's ExecutionsFailed, which counts every unsupported file,
 * nor the start function's Errors: a message that fails alone leaves them at 0.
 */
export class PipelineAlarms extends Construct {
  readonly #deployment: Deployment;
  readonly #topic: SnsTopic;

  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id);
    const { deployment, events, rule, startExecution, recordFailure, reconcilePhotos } = props;
    this.#deployment = deployment;
    // Not encrypted with AWS's managed key: CloudWatch may not publish to such a topic
    // (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
    this.#topic = new SnsTopic(this, "topic", { name: deployment.name("alarms") });

    this.#watch("starts_failed", {
      name: "starts-failed",
      description: "Photos whose execution could not be started. Their rows say why.",
      ...countedBy(startExecution, "StartExecutionFailed"),
    });
    this.#watch("photos_failed", {
      name: "photos-failed",
      description: "Photos that could not be processed. Their rows say why.",
      ...countedBy(recordFailure, "PhotoFailed"),
    });
    this.#watch("unreadable_dead_letters", {
      name: "unreadable-dead-letters",
      description: "Messages in the queue of S3's events that are none; the log has them whole.",
      ...countedBy(recordFailure, "UnreadableDeadLetter"),
    });
    this.#watch("dead_letters", {
      name: "dead-letters",
      description: "S3 events that could not be handled. Their photos are FAILED.",
      namespace: "AWS/SQS",
      // Being taken is what every dead letter does once: most are gone before anybody counts those that
      // wait, and SQS doesn't count as sent what it moves itself.
      metricName: "NumberOfMessagesReceived",
      dimensions: { QueueName: events.deadLetters.queue.name },
      statistic: "Sum",
    });
    this.#watch("dead_letters_waiting", {
      name: "dead-letters-waiting",
      description:
        "Dead letters that nobody could record: their photos have no row or a wrong one.",
      ...visibleIn(events.deadLetters),
    });
    this.#watch("record_failure_errors", {
      name: "record-failure-errors",
      description: "Outcomes that could not be recorded: photos may be PROCESSING for ever.",
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: recordFailure.functionName },
      statistic: "Sum",
    });
    this.#watch("undelivered_endings", {
      name: "undelivered-endings",
      description: "Executions that ended badly without anybody being told; the queue names them.",
      ...visibleIn(rule.undelivered),
    });
    this.#watchReports(reconcilePhotos);
  }

  /** Not the photos that failed: each was told when it did, by the alarm above. */
  #watchReports(reconcilePhotos: PipelineFunction): void {
    const found = (metricName: string) =>
      ({
        ...countedBy(reconcilePhotos, metricName),
        statistic: "Maximum",
        period: hourly,
        // What one report found stays so until the next says something else.
        treatMissingData: "ignore",
      }) as const;
    this.#watch("photos_missing", {
      name: "photos-missing",
      description:
        "Objects without a row of their version: their event was lost. The log names them.",
      ...found("PhotosMissing"),
    });
    this.#watch("photos_stuck", {
      name: "photos-stuck",
      description: "Rows of photos that no execution works on any more. The log names them.",
      ...found("PhotosStuck"),
    });
    this.#watch("photos_not_started", {
      name: "photos-not-started",
      description: "Photos whose execution was never started, and nobody has sent round again.",
      ...found("StartErrors"),
    });
    this.#watch("reconcile_photos_errors", {
      name: "reconcile-photos-errors",
      description: "Whether every photo is accounted for could not be found out, or not in time.",
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: reconcilePhotos.functionName },
      statistic: "Sum",
    });
    this.#alarm("no_reconciliation", {
      name: "no-reconciliation",
      description: "For two hours nobody has looked whether every photo is accounted for.",
      ...countedBy(reconcilePhotos, "PhotosListed"),
      statistic: "SampleCount",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: hourly,
      // Two: reports take minutes, more or less of them, and so an hour of the clock may have none.
      evaluationPeriods: 2,
      treatMissingData: "breaching",
    });
  }

  #watch(id: string, watch: Watch): void {
    this.#alarm(id, {
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 300,
      evaluationPeriods: 1,
      // No photo, no data: that is a quiet night and no alarm.
      treatMissingData: "notBreaching",
      ...watch,
    });
  }

  #alarm(id: string, { name, description, ...metric }: Alarm): void {
    new CloudwatchMetricAlarm(this, id, {
      ...metric,
      alarmName: this.#deployment.name(name),
      alarmDescription: description,
      alarmActions: [this.#topic.arn],
      okActions: [this.#topic.arn],
    });
  }
}

/** A metric of our own (countMetric of @darkroom/lambda): counted for each function by itself, and so for each stage. */
function countedBy({ functionName }: PipelineFunction, metricName: string) {
  return {
    namespace: "Darkroom",
    metricName,
    dimensions: { FunctionName: functionName },
    statistic: "Sum",
  } as const;
}

function visibleIn({ queue }: PrivateQueue) {
  return {
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: queue.name },
    statistic: "Maximum",
  } as const;
}
