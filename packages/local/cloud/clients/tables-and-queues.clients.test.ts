import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli, type ClientTarget, openClientTarget } from "./client-target.ts";
import { isMissing } from "./find-client.ts";
import { limitMs } from "./run-client.ts";

const skipped = isMissing("version 2 of the AWS CLI", awsCli);
let target: ClientTarget;

describe.skipIf(skipped)("aws dynamodb and aws sqs", { timeout: limitMs }, () => {
  beforeAll(async () => {
    target = await openClientTarget();
  });
  afterAll(() => target.close());

  test.concurrent("dynamodb: a table is made, described and written, and its items are found", async () => {
    const dynamodb = (command: string, ...args: string[]) =>
      target.awsJson("dynamodb", command, "--table-name", "books", ...args);
    const json = (value: unknown) => JSON.stringify(value);
    const key = (author: string, title: string) =>
      json({ author: { S: author }, title: { S: title } });

    const { TableDescription } = await dynamodb(
      "create-table",
      "--attribute-definitions",
      "AttributeName=author,AttributeType=S",
      "AttributeName=title,AttributeType=S",
      "--key-schema",
      "AttributeName=author,KeyType=HASH",
      "AttributeName=title,KeyType=RANGE",
      "--billing-mode",
      "PAY_PER_REQUEST",
    );
    expect(TableDescription).toMatchObject({ TableName: "books" });
    await target.aws("dynamodb", "wait", "table-exists", "--table-name", "books");

    await Promise.all([
      target.aws(
        "dynamodb",
        "put-item",
        "--table-name",
        "books",
        "--item",
        json({ author: { S: "Le Guin" }, title: { S: "Rocannon" }, year: { N: "1966" } }),
      ),
      target.aws(
        "dynamodb",
        "batch-write-item",
        "--request-items",
        json({
          books: ["Exile", "Illusions"].map((title, index) => ({
            PutRequest: {
              Item: {
                author: { S: "Le Guin" },
                title: { S: title },
                year: { N: String(1966 + index) },
              },
            },
          })),
        }),
      ),
      target.aws(
        "dynamodb",
        "transact-write-items",
        "--transact-items",
        json([
          { Put: { TableName: "books", Item: { author: { S: "Lem" }, title: { S: "Solaris" } } } },
          { Put: { TableName: "books", Item: { author: { S: "Lem" }, title: { S: "Eden" } } } },
        ]),
      ),
    ]);

    const [got, queried, scanned, described, updated, conditional, cancelled, missing, backup] =
      await Promise.all([
        dynamodb(
          "get-item",
          "--key",
          key("Le Guin", "Exile"),
          "--projection-expression",
          "#y",
          "--expression-attribute-names",
          json({ "#y": "year" }),
        ),
        dynamodb(
          "query",
          "--key-condition-expression",
          "author = :a and begins_with(title, :t)",
          "--expression-attribute-values",
          json({ ":a": { S: "Le Guin" }, ":t": { S: "R" } }),
        ),
        dynamodb("scan", "--select", "COUNT"),
        dynamodb("describe-table"),
        dynamodb(
          "update-item",
          "--key",
          key("Lem", "Eden"),
          "--update-expression",
          "SET pages = :p",
          "--expression-attribute-values",
          json({ ":p": { N: "300" } }),
          "--return-values",
          "ALL_NEW",
        ),
        target.awsFails(
          "dynamodb",
          "put-item",
          "--table-name",
          "books",
          "--item",
          key("Lem", "Solaris"),
          "--condition-expression",
          "attribute_not_exists(title)",
        ),
        target.awsFails(
          "dynamodb",
          "transact-write-items",
          "--transact-items",
          json([
            {
              ConditionCheck: {
                TableName: "books",
                Key: { author: { S: "Lem" }, title: { S: "None" } },
                ConditionExpression: "attribute_exists(title)",
              },
            },
          ]),
        ),
        target.awsFails("dynamodb", "get-item", "--table-name", "none", "--key", key("a", "b")),
        target.awsFails("dynamodb", "list-backups"),
      ]);
    expect(got).toEqual({ Item: { year: { N: "1966" } } });
    expect(queried).toMatchObject({ Count: 1, Items: [{ title: { S: "Rocannon" } }] });
    expect(scanned).toMatchObject({ Count: 5, ScannedCount: 5 });
    expect(described.Table).toMatchObject({ TableStatus: "ACTIVE", TableName: "books" });
    expect(updated.Attributes).toMatchObject({ pages: { N: "300" }, title: { S: "Eden" } });
    expect(conditional).toMatch(
      /\(ConditionalCheckFailedException\).*: The conditional request failed$/,
    );
    expect(cancelled).toMatch(
      /\(TransactionCanceledException\).*: Transaction cancelled, please refer cancellation reasons for specific reasons \[ConditionalCheckFailed\]$/,
    );
    expect(missing).toMatch(/\(ResourceNotFoundException\).*: Requested resource not found$/);
    expect(backup).toMatch(/dynamodb:ListBackups/);

    await target.aws(
      "dynamodb",
      "delete-item",
      "--table-name",
      "books",
      "--key",
      key("Lem", "Eden"),
    );
    await dynamodb("delete-table");
  });

  test.concurrent("sqs: messages are sent, received, kept, and deleted", async () => {
    const { QueueUrl } = await target.awsJson(
      "sqs",
      "create-queue",
      "--queue-name",
      "tasks",
      "--attributes",
      "VisibilityTimeout=40",
    );
    const url = String(QueueUrl);
    const sqs = (command: string, ...args: string[]) =>
      target.aws("sqs", command, "--queue-url", url, ...args);
    expect(url).toBe(`${target.endpointUrl}/000000000000/tasks`);

    const sent = JSON.parse(
      await sqs(
        "send-message",
        "--message-body",
        "häb & gut",
        "--message-attributes",
        '{"kind":{"DataType":"String","StringValue":"greeting"}}',
      ),
    );
    const [received] = JSON.parse(
      await sqs("receive-message", "--attribute-names", "All", "--message-attribute-names", "All"),
    ).Messages;
    expect(received).toMatchObject({
      MessageId: sent.MessageId,
      Body: "häb & gut",
      MD5OfBody: sent.MD5OfMessageBody,
      Attributes: { ApproximateReceiveCount: "1" },
      MessageAttributes: { kind: { StringValue: "greeting", DataType: "String" } },
    });

    expect(await sqs("receive-message")).toBe("");
    await sqs(
      "change-message-visibility",
      "--receipt-handle",
      received.ReceiptHandle,
      "--visibility-timeout",
      "0",
    );
    const [again] = JSON.parse(await sqs("receive-message")).Messages;
    const { Attributes } = JSON.parse(
      await sqs("get-queue-attributes", "--attribute-names", "All"),
    );
    expect(Attributes).toMatchObject({
      QueueArn: "arn:aws:sqs:us-east-1:000000000000:tasks",
      VisibilityTimeout: "40",
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "1",
    });
    await sqs("delete-message", "--receipt-handle", again.ReceiptHandle);
    const [listed, missing] = await Promise.all([
      target.awsJson("sqs", "list-queues"),
      target.awsFails("sqs", "get-queue-url", "--queue-name", "none"),
      sqs("set-queue-attributes", "--attributes", "VisibilityTimeout=50"),
    ]);
    expect(listed.QueueUrls).toContain(url);
    expect(missing).toMatch(
      /\(AWS\.SimpleQueueService\.NonExistentQueue\).*: The specified queue does not exist/,
    );
    await sqs("delete-queue");
  });
});
