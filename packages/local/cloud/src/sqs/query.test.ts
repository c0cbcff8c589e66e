import { join } from "node:path";
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createSqs, type Sqs } from "./sqs.ts";

let sqs: Sqs;
let endpoint: TestEndpoint;

beforeAll(async () => {
  sqs = createSqs({
    place,
    databaseFile: join(temporaryFolder(), "sqs.db"),
    clock: createFakeClock(),
    endpointUrl: "http://127.0.0.1:4566",
    onFault: (error) => {
      throw error;
    },
  });
  sqs.start();
  endpoint = await serve([sqs.service]);
  await query({ Action: "CreateQueue", QueueName: "q" });
});

afterAll(async () => {
  await sqs.close();
  await endpoint.close();
});

/** A request as clients before the JSON protocol make it. */
async function query(
  parameters: Record<string, string>,
  path = "/",
): Promise<{ status: number; xml: string }> {
  const url = new URL(endpoint.client.endpoint);
  const body = new URLSearchParams({ Version: "2012-11-05", ...parameters }).toString();
  const signed = await new SignatureV4({
    service: "sqs",
    region: "us-east-1",
    credentials: endpoint.client.credentials,
    sha256: Hash.bind(null, "sha256"),
  }).sign({
    method: "POST",
    protocol: "http:",
    hostname: url.hostname,
    path,
    headers: { host: url.host, "content-type": "application/x-www-form-urlencoded" },
    body,
  });
  const { host: _, ...headers } = signed.headers;
  const response = await fetch(new URL(path, url), { method: "POST", headers, body });
  return { status: response.status, xml: await response.text() };
}

const element = (xml: string, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";

test("a message goes the whole way, with its attributes, at the queue's own URL", async () => {
  const path = "/000000000000/q";
  const sent = await query(
    {
      Action: "SendMessage",
      MessageBody: "a <b> & \r\n ü+%41",
      "MessageAttribute.1.Name": "kind",
      "MessageAttribute.1.Value.DataType": "String",
      "MessageAttribute.1.Value.StringValue": "x&y",
    },
    path,
  );
  const received = await query(
    { Action: "ReceiveMessage", "AttributeName.1": "All", "MessageAttributeName.1": "All" },
    path,
  );
  const deleted = await query(
    { Action: "DeleteMessage", ReceiptHandle: element(received.xml, "ReceiptHandle") },
    path,
  );

  expect(element(sent.xml, "MessageId")).toBe(element(received.xml, "MessageId"));
  expect(element(received.xml, "Body")).toBe("a &lt;b&gt; &amp; &#xD;\n ü+%41");
  expect(received.xml).toContain("<Name>ApproximateReceiveCount</Name><Value>1</Value>");
  expect(received.xml).toContain(
    "<MessageAttribute><Name>kind</Name><Value><StringValue>x&amp;y</StringValue><DataType>String</DataType></Value></MessageAttribute>",
  );
  expect(deleted.xml).toMatch(
    /^<\?xml version="1.0"\?><DeleteMessageResponse xmlns="http:\/\/queue.amazonaws.com\/doc\/2012-11-05\/"><ResponseMetadata>/,
  );
  expect(sqs.depth("arn:aws:sqs:us-east-1:000000000000:q")).toEqual({
    visible: 0,
    inFlight: 0,
    delayed: 0,
  });
});

test("a batch answers for each entry", async () => {
  const { xml } = await query({
    Action: "SendMessageBatch",
    QueueUrl: "http://127.0.0.1:4566/000000000000/q",
    "SendMessageBatchRequestEntry.1.Id": "one",
    "SendMessageBatchRequestEntry.1.MessageBody": "x",
    "SendMessageBatchRequestEntry.2.Id": "two",
    "SendMessageBatchRequestEntry.2.MessageBody": "x",
    "SendMessageBatchRequestEntry.2.DelaySeconds": "901",
  });

  expect(xml).toContain("<SendMessageBatchResultEntry><Id>one</Id><MessageId>");
  expect(xml).toContain(
    "<BatchResultErrorEntry><Id>two</Id><Code>InvalidParameterValue</Code><Message>Value 901",
  );
  expect(xml).toContain("<SenderFault>true</SenderFault>");
});

test("tags are written as Key and Value", async () => {
  const QueueUrl = "http://127.0.0.1:4566/000000000000/q";
  await query({ Action: "TagQueue", QueueUrl, "Tag.1.Key": "a/b", "Tag.1.Value": "1" });
  await query({ Action: "TagQueue", QueueUrl, "Tag.1.Key": "c", "Tag.1.Value": "" });
  await query({ Action: "UntagQueue", QueueUrl, "TagKey.1": "c" });

  const { xml } = await query({ Action: "ListQueueTags", QueueUrl });

  expect(xml).toContain(
    "<ListQueueTagsResult><Tag><Key>a/b</Key><Value>1</Value></Tag></ListQueueTagsResult>",
  );
});

test("dead letters are moved, and the tasks listed", async () => {
  const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  await query({ Action: "CreateQueue", QueueName: "letters" });
  await query({
    Action: "CreateQueue",
    QueueName: "source",
    "Attribute.1.Name": "RedrivePolicy",
    "Attribute.1.Value": JSON.stringify({
      deadLetterTargetArn: arn("letters"),
      maxReceiveCount: 1,
    }),
  });

  const started = await query({ Action: "StartMessageMoveTask", SourceArn: arn("letters") });
  const { xml } = await query({ Action: "ListMessageMoveTasks", SourceArn: arn("letters") });

  expect(element(started.xml, "TaskHandle")).not.toBe("");
  expect(xml).toContain("<ListMessageMoveTasksResultEntry>");
  expect(xml).toContain(`<SourceArn>${arn("letters")}</SourceArn>`);
});

test("an error has the code and the text that this protocol has for it", async () => {
  const { status, xml } = await query({ Action: "GetQueueUrl", QueueName: "nowhere" });

  expect(status).toBe(400);
  expect(xml).toContain(
    '<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist for this wsdl version.</Message><Detail/></Error><RequestId>',
  );
});

test.each([
  [{ Action: "AddPermission" }, "NotImplemented", "sqs:AddPermission"],
  [{ Action: "ListQueues", Colour: "red" }, "InvalidParameterValue", "the parameter Colour"],
  [{ Action: "ListQueues", MaxResults: "many" }, "MalformedInput", "MaxResults"],
  [{ Action: "ListQueues", Version: "1999-01-01" }, "NoSuchVersion", "1999-01-01"],
  [{ Action: "" }, "MissingAction", "Action"],
  [
    { Action: "CreateQueue", QueueName: "x", "Attribute.x.Name": "y" },
    "InvalidParameterValue",
    "Attribute.x",
  ],
])("%o is refused as %s", async (parameters, code, text) => {
  const { xml } = await query(parameters);

  expect(element(xml, "Code")).toBe(code);
  expect(element(xml, "Message")).toContain(text);
});
