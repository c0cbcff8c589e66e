import { type CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";

const periodSeconds = 60;
/**
 * So far back a queue's age is looked for, and so long it may take until one that was idle is measured again
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html).
 */
const lookBackMs = 15 * 60_000;

/**
 * Since when events may wait in a queue: the earliest time at which the oldest of its messages can have been
 * sent. SQS tells how many there are, and CloudWatch alone for how long; a measurement that is some minutes
 * old bounds the age all the same, since an age grows no faster than time.
 * @returns undefined when the queue is empty
 */
export async function oldestEvent(
  sqs: SQSClient,
  cloudwatch: CloudWatchClient,
  queueName: string,
  now: Date,
): Promise<Date | undefined> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ],
    }),
  );
  if (Object.values(Attributes).every((count) => Number(count) === 0)) return undefined;

  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: "AWS/SQS",
      MetricName: "ApproximateAgeOfOldestMessage",
      Dimensions: [{ Name: "QueueName", Value: queueName }],
      StartTime: new Date(now.getTime() - lookBackMs),
      EndTime: new Date(now.getTime() + periodSeconds * 1000),
      Period: periodSeconds,
      Statistics: ["Maximum"],
    }),
  );
  const [latest] = Datapoints.flatMap(({ Timestamp, Maximum = 0 }) =>
    Timestamp === undefined ? [] : [{ begin: Timestamp.getTime(), ageMs: Maximum * 1000 }],
  ).toSorted((a, b) => b.begin - a.begin);
  return new Date(latest === undefined ? now.getTime() - lookBackMs : latest.begin - latest.ageMs);
}
