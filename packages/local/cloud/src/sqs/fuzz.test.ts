import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AwsError } from "../aws-error.ts";
import { readQueryInput, readQueryRequest } from "../http/query-protocol.ts";
import type { Call, ServiceRequest } from "../service.ts";
import { bounded } from "../testing/bounded.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { place } from "../testing/test-endpoint.ts";
import { checkMessageAttributes, md5OfAttributes, sizeOfAttributes } from "./message-attributes.ts";
import { queryShapes } from "./query-shapes.ts";
import { createSqs, type Sqs } from "./sqs.ts";

const runs = bounded(400);
const url = "http://127.0.0.1:4566/000000000000/q";

let sqs: Sqs;
beforeAll(() => {
  sqs = createSqs({
    place,
    databaseFile: ":memory:",
    clock: createFakeClock(),
    endpointUrl: "http://127.0.0.1:4566",
    onFault: (error) => {
      throw error;
    },
  });
  sqs.start();
});
afterAll(() => sqs.close());

/** Nobody waits for the answer, so that no receive waits for a message. */
const call: Call = {
  caller: { kind: "operator", accountId: place.accountId, arn: "arn:aws:iam::000000000000:user/o" },
  authorize: () => {},
  requestId: "fuzz",
  signal: AbortSignal.abort(),
};

/** What it gives, or the AwsError that it is refused with; anything else is a fault of ours. */
async function outcome<T>(work: () => T | Promise<T>): Promise<T | AwsError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AwsError && error.status < 500) return error;
    throw error;
  }
}

const actions = fc.constantFrom(...Object.keys(queryShapes));
const word = fc.constantFrom(
  ..."QueueUrl QueueName Attribute AttributeName MessageAttribute MessageBody Entries Name Value DataType StringValue BinaryValue StringListValue SendMessageBatchRequestEntry DeleteMessageBatchRequestEntry Id ReceiptHandle VisibilityTimeout DelaySeconds MaxResults NextToken Tag TagKey Key TaskHandle SourceArn 0 1 2 10 99999 100000 01 -1 1e1 __proto__ constructor toString".split(
    " ",
  ),
  "",
);
const parameterName = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 10 }).map((words) => words.join(".")),
  fc.string({ maxLength: 20 }),
);
const parameterValue = fc.oneof(
  fc.constantFrom(url, "q", "1", "true", "String", "Number", "Binary", "All", "10", "-1", "{}", ""),
  fc.constantFrom("arn:aws:sqs:us-east-1:000000000000:q", "AAAA", "__proto__", "99999999999"),
  fc.string({ unit: "binary", maxLength: 40 }),
);

test("whatever parameters a request of the query protocol has, it is carried out or refused", async () => {
  await fc.assert(
    fc.asyncProperty(
      actions,
      fc.array(fc.tuple(parameterName, parameterValue), { maxLength: 12 }),
      async (action, parameters) => {
        await outcome(() => {
          const shape = queryShapes[action];
          const input = readQueryInput(new Map(parameters), shape?.input ?? {});
          return sqs.service.call(action, input, call);
        });
      },
    ),
    runs,
  );
  expect(Object.prototype).not.toHaveProperty("StringValue");
});

test("whatever bytes a request of the query protocol has, they are read or refused", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc
          .array(
            fc.constantFrom("Action=", "Version=2012-11-05", "&", "%", "%zz", "+", "A.1.B", ";"),
            {
              maxLength: 20,
            },
          )
          .map((pieces) => Buffer.from(pieces.join(""))),
      ),
      async (body) => {
        const request = {
          query: new URLSearchParams(),
          readBody: async () => body,
        } as Partial<ServiceRequest> as ServiceRequest;
        await outcome(() => readQueryRequest(request, "2012-11-05"));
      },
    ),
    runs,
  );
});

test("whatever JSON an operation is given, it is carried out or refused", async () => {
  const member = fc.constantFrom(
    ..."QueueUrl QueueName Attributes AttributeNames MessageBody MessageAttributes MessageSystemAttributes Entries Tags TagKeys tags MaxNumberOfMessages WaitTimeSeconds ReceiptHandle VisibilityTimeout SourceArn TaskHandle NextToken MaxResults __proto__".split(
      " ",
    ),
  );
  const value = fc.oneof(parameterValue, fc.jsonValue({ maxDepth: 3 }), fc.maxSafeInteger());
  await fc.assert(
    fc.asyncProperty(
      actions,
      fc.dictionary(member, value, { maxKeys: 6 }),
      fc.boolean(),
      async (action, input, named) => {
        const text = JSON.stringify(named ? { ...input, QueueUrl: url } : input);
        await outcome(() => sqs.service.call(action, JSON.parse(text), call));
      },
    ),
    runs,
  );
});

const attributeName = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
  fc.constantFrom("__proto__", "constructor", "toString", "AWS.x", "a..b", "1", "x".repeat(257)),
  fc.string({ maxLength: 8 }),
);
const attribute = fc.record(
  {
    DataType: fc.oneof(
      fc.constantFrom(
        "String",
        "Number",
        "Binary",
        "String.x",
        "Binary.png",
        "Number.",
        "Date",
        "",
      ),
      fc.string({ maxLength: 8 }),
    ),
    StringValue: fc.oneof(
      fc.constantFrom("1", "-1.5e3", "0x10", "", "Infinity"),
      fc.string({ unit: "binary", maxLength: 20 }),
    ),
    BinaryValue: fc.base64String({ maxLength: 12 }),
  },
  { requiredKeys: ["DataType"] },
);
const attributeList = fc.uniqueArray(fc.tuple(attributeName, attribute), {
  maxLength: 12,
  selector: ([name]) => name,
});

test("whatever attributes a message is given, they are refused or come out as they went in", async () => {
  await outcome(() => sqs.service.call("CreateQueue", { QueueName: "q" }, call));
  await fc.assert(
    fc.asyncProperty(attributeList, async (list) => {
      const text = `{${list.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`).join(",")}}`;
      const input = { QueueUrl: url, MessageBody: "x", MessageAttributes: JSON.parse(text) };
      const sent = await outcome(() => sqs.service.call("SendMessage", input, call));
      if (sent instanceof AwsError) return;
      const { Messages } = (await sqs.service.call(
        "ReceiveMessage",
        { QueueUrl: url, MessageAttributeNames: ["All"] },
        call,
      )) as { Messages: { ReceiptHandle: string; MessageAttributes?: object }[] };
      const [message] = Messages;
      await sqs.service.call(
        "DeleteMessage",
        { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle },
        call,
      );
      expect(new Map(Object.entries(message?.MessageAttributes ?? {}))).toEqual(new Map(list));
    }),
    runs,
  );
});

test("attributes that are taken have a checksum and a size", async () => {
  await fc.assert(
    fc.asyncProperty(attributeList, async (list) => {
      const attributes = Object.fromEntries(list);
      const refused = await outcome(() => checkMessageAttributes(attributes));
      if (refused instanceof AwsError) return;
      expect(md5OfAttributes(attributes)).toMatch(/^[0-9a-f]{32}$/);
      expect(sizeOfAttributes(attributes)).toBeGreaterThanOrEqual(list.length * 8);
    }),
    runs,
  );
});

test.each([
  ["levels", `A${".1".repeat(100_000)}=x`],
  [
    "parameters",
    Array.from({ length: 50_000 }, (_, index) => `Attribute.${index}.Name=x`).join("&"),
  ],
  ["a name", `${"A".repeat(1_000_000)}=x`],
  ["percent signs", "%".repeat(1_000_000)],
])("a request of nothing but %s is done with at once", async (_, body) => {
  const request = {
    query: new URLSearchParams(),
    readBody: async () => Buffer.from(`Action=CreateQueue&Version=2012-11-05&${body}`),
  } as Partial<ServiceRequest> as ServiceRequest;
  const start = performance.now();

  await outcome(async () => {
    const { parameters } = await readQueryRequest(request, "2012-11-05");
    return readQueryInput(parameters, queryShapes.CreateQueue?.input ?? {});
  });

  // Some milliseconds; the rest is for a machine that has other things to do.
  expect(performance.now() - start).toBeLessThan(2000);
});
