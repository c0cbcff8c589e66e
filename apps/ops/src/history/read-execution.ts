import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type HistoryEvent,
  paginateGetExecutionHistory,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { executionArn, imageItem, noExecution } from "@darkroom/workflow";
import { Failure, UsageError } from "../failure.ts";
import type { Resources } from "../target.ts";

/**
 * The ARN that a person means.
 * @param given an execution's ARN, its name, or the imageID of a photo, whose last execution it is then
 * @throws UsageError for what is none of these; Failure when there is no such photo or execution
 */
export async function findExecutionArn(
  given: string,
  resources: Resources,
  dynamodb: DynamoDBDocumentClient,
): Promise<string> {
  if (/^arn:[^:]+:states:[^:]+:\d+:execution:/.test(given)) return given;
  if (/^[0-9a-f]{32}$/.test(given)) {
    const { Item } = await dynamodb.send(
      new GetCommand({
        TableName: resources.DARKROOM_IMAGE_TABLE,
        Key: { imageID: given },
        ConsistentRead: true,
      }),
    );
    if (Item === undefined) throw new Failure(`There is no photo with the imageID ${given}`);
    const row = imageItem.parse(Item);
    if (row.executionArn === noExecution) {
      throw new Failure(`No execution was ever started for ${row.s3key}: ${row.errReason ?? ""}`);
    }
    return row.executionArn;
  }
  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
  if (/^[\w-]{1,80}$/.test(given)) {
    return executionArn(resources.DARKROOM_IMAGE_MACHINE_ARN, given);
  }
  throw new UsageError(
    `"${given}" is neither an execution's ARN nor its name nor the imageID of a photo`,
  );
}

/** @throws Failure when there is no such execution */
export async function readExecution(
  arn: string,
  sfn: SFNClient,
): Promise<{ description: DescribeExecutionOutput; events: HistoryEvent[] }> {
  const { $metadata: _, ...description } = await sfn
    .send(new DescribeExecutionCommand({ executionArn: arn }))
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === "ExecutionDoesNotExist") {
        throw new Failure(`There is no execution ${arn}`);
      }
      throw error;
    });
  const events: HistoryEvent[] = [];
  // 1,000 is the most that a page may have.
  for await (const page of paginateGetExecutionHistory(
    { client: sfn, pageSize: 1000 },
    { executionArn: arn },
  )) {
    events.push(...(page.events ?? []));
  }
  return { description, events };
}
