import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { conditionalWrite, parse } from "@darkroom/lambda";
import { type ReviewDecision, reviewDecision } from "@darkroom/workflow";

/** The table ReviewDecisions: what was decided, once an execution, for good. */
export interface DecisionTable {
  /** @returns the decision that stands: this one, or the one that was there before */
  addOnce(decision: ReviewDecision): Promise<ReviewDecision>;
}

export function decisionTable(client: DynamoDBDocumentClient, tableName: string): DecisionTable {
  return {
    async addOnce(decision) {
      const write = await conditionalWrite(() =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: decision,
            ConditionExpression: "attribute_not_exists(executionArn)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      return write.written ? decision : parse(reviewDecision, write.item);
    },
  };
}
