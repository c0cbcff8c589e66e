import { crc32 } from "node:zlib";
import { callJson, requireService } from "./call-service.ts";
import type { Integration, ParameterRules } from "./integration.ts";
import { sorted } from "./json-value.ts";
import { sdkMetadata } from "./sdk-metadata.ts";
import { type ErrorNames, isModelledCode, optimizedFailure } from "./service-failure.ts";

const errors: ErrorNames = {
  service: "DynamoDB",
  inCause: "AmazonDynamoDBv2",
  general: "AmazonDynamoDBException",
  isModelled: isModelledCode,
};

const writing = [
  "ConditionExpression",
  "ConditionalOperator",
  "Expected",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "ReturnConsumedCapacity",
  "ReturnItemCollectionMetrics",
  "ReturnValues",
];

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html */
export const dynamodbItems: Readonly<Record<string, Integration>> = {
  "dynamodb:getItem": itemCall("GetItem", {
    required: ["Key", "TableName"],
    optional: [
      "AttributesToGet",
      "ConsistentRead",
      "ExpressionAttributeNames",
      "ProjectionExpression",
      "ReturnConsumedCapacity",
    ],
  }),
  "dynamodb:putItem": itemCall("PutItem", { required: ["Item", "TableName"], optional: writing }),
  "dynamodb:deleteItem": itemCall("DeleteItem", {
    required: ["Key", "TableName"],
    optional: writing,
  }),
  "dynamodb:updateItem": itemCall("UpdateItem", {
    required: ["Key", "TableName"],
    optional: [...writing, "AttributeUpdates", "UpdateExpression"],
  }),
};

function itemCall(operation: string, rules: ParameterRules): Integration {
  return {
    patterns: [],
    rules,
    async run({ host, call, parameters, invocation }) {
      invocation.onStarted();
      const service = requireService(host.services, "dynamodb");
      try {
        const { services } = host;
        const result = await callJson(services, "dynamodb", operation, parameters, call);
        const body = JSON.stringify(result ?? {});
        return sorted({
          ...(result as object),
          ...sdkMetadata({
            requestId: call.requestId,
            now: host.now(),
            body,
            contentType: "application/x-amz-json-1.0",
            headers: {
              Connection: "keep-alive",
              Server: "Server",
              "x-amz-crc32": String(crc32(body)),
            },
          }),
        });
      } catch (error) {
        throw optimizedFailure(errors, service, error, { call, host });
      }
    },
  };
}
