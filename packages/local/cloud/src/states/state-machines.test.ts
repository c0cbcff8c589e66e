import { join } from "node:path";
import {
  CreateStateMachineCommand,
  type CreateStateMachineCommandInput,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  paginateListStateMachines,
  SFNClient,
  StartExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AwsError } from "../aws-error.ts";
import type { StateMachineDraft } from "../terraform/draft.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createStates, type States } from "./states-service.ts";

const roleArn = `arn:aws:iam::${place.accountId}:role/machine`;
const otherRoleArn = `arn:aws:iam::${place.accountId}:role/other`;
const arnOf = (name: string) =>
  `arn:aws:states:${place.region}:${place.accountId}:stateMachine:${name}`;
const logGroupArn = `arn:aws:logs:${place.region}:${place.accountId}:log-group:/machines:*`;

const oneState = (state: object): string =>
  JSON.stringify({ StartAt: "Only", States: { Only: state } });
const passes = oneState({ Type: "Pass", End: true });
const waits = JSON.stringify({
  StartAt: "Hour",
  States: {
    Hour: { Type: "Wait", Seconds: 3600, Next: "Another" },
    Another: { Type: "Wait", Seconds: 3600, End: true },
  },
});

let endpoint: TestEndpoint;
let states: States;
let sfn: SFNClient;
let clock: FakeClock;
let databaseFile: string;

async function open(...declared: Partial<StateMachineDraft>[]): Promise<void> {
  states = createStates({
    place,
    databaseFile,
    clock,
    services: {
      invokeFunction: () => Promise.reject(new Error("no function here")),
      services: new Map(),
      callAs: (caller, signal) => endpoint.callAs(caller, signal),
    },
    requireTrust(role) {
      if (role.endsWith("stranger")) throw new AwsError("AccessDeniedException", "not trusted");
    },
    requireLogDelivery(role) {
      if (role === otherRoleArn) throw new AwsError("AccessDeniedException", "no delivery");
    },
    putEvent() {},
    putLogEvents() {},
    onFault: (error) => console.error(error),
  });
  for (const machine of declared) {
    states.putStateMachine({
      name: "declared",
      roleArn,
      definition: passes,
      type: "STANDARD",
      tracing: false,
      ...machine,
    });
  }
  endpoint = await serve([states.service]);
  sfn = new SFNClient(endpoint.client);
  states.start();
}

async function close(): Promise<void> {
  sfn.destroy();
  await states.close();
  await endpoint.close();
}

/** What a stop of the process and a new start with that stack make of it. */
async function restart(...declared: Partial<StateMachineDraft>[]): Promise<void> {
  await close();
  await open(...declared);
}

beforeEach(async () => {
  databaseFile = join(temporaryFolder(), "states.sqlite");
  clock = createFakeClock();
  await open({});
});
afterEach(close);

const create = (input: Partial<CreateStateMachineCommandInput> = {}) =>
  sfn.send(new CreateStateMachineCommand({ name: "made", roleArn, definition: passes, ...input }));
const update = (input: object, name = "made") =>
  sfn.send(new UpdateStateMachineCommand({ stateMachineArn: arnOf(name), ...input }));
const remove = (name = "made") =>
  sfn.send(new DeleteStateMachineCommand({ stateMachineArn: arnOf(name) }));
const describeIt = (name = "made") =>
  sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arnOf(name) }));
const start = (name = "made") =>
  sfn.send(new StartExecutionCommand({ stateMachineArn: arnOf(name) }));
const names = async () =>
  (await sfn.send(new ListStateMachinesCommand({}))).stateMachines?.map(({ name }) => name);
const statusOf = async (executionArn: string | undefined) =>
  (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
async function untilEnded(executionArn: string | undefined): Promise<void> {
  while ((await statusOf(executionArn)) === "RUNNING");
}

describe("a machine made by API", () => {
  test("runs like one of the stack", async () => {
    expect((await create()).stateMachineArn).toBe(arnOf("made"));
    const { executionArn } = await start();
    await untilEnded(executionArn);

    expect(await statusOf(executionArn)).toBe("SUCCEEDED");
    expect(await names()).toEqual(["declared", "made"]);
  });

  test("is described with all that it was made of", async () => {
    await create({
      type: "STANDARD",
      tracingConfiguration: { enabled: true },
      loggingConfiguration: {
        level: "ERROR",
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
      },
    });

    const described = await describeIt();

    expect(described).toMatchObject({
      name: "made",
      status: "ACTIVE",
      type: "STANDARD",
      definition: passes,
      roleArn,
      creationDate: new Date(clock.now()),
      tracingConfiguration: { enabled: true },
      loggingConfiguration: {
        level: "ERROR",
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
      },
    });
    expect(described.revisionId).toBeUndefined();
  });

  test("is there after a restart, with its tags; what was deleted is not", async () => {
    await create({ tags: [{ key: "team", value: "photos" }] });
    await create({ name: "gone" });
    await remove("gone");
    const before = await describeIt();
    await clock.advance(60_000);

    await restart({});

    const { $metadata: _, ...after } = await describeIt();
    expect(before).toMatchObject(after);
    expect(await names()).toEqual(["declared", "made"]);
    expect(
      (await sfn.send(new ListTagsForResourceCommand({ resourceArn: arnOf("made") }))).tags,
    ).toEqual([{ key: "team", value: "photos" }]);
  });

  test("is the same when it is made again; another of its name is refused", async () => {
    const first = await create();
    await clock.advance(1000);

    expect((await create({ roleArn: otherRoleArn })).creationDate).toEqual(first.creationDate);
    await expect(create({ definition: waits })).rejects.toMatchObject({
      name: "StateMachineAlreadyExists",
      message: `State Machine Already Exists: '${arnOf("made")}'`,
    });
  });
});

describe("UpdateStateMachine", () => {
  test("counts for what starts after it: an execution keeps the definition and the role it has", async () => {
    await create({ definition: waits });
    const { executionArn } = await start();
    await clock.advance(1000);

    const { revisionId, updateDate } = await update({ definition: passes, roleArn: otherRoleArn });
    const of = (arn: string | undefined) =>
      sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn: arn }));
    const next = await start();

    expect(updateDate).toEqual(new Date(clock.now()));
    expect(await describeIt()).toMatchObject({
      definition: passes,
      roleArn: otherRoleArn,
      revisionId,
    });
    const before = await of(executionArn);
    expect(before).toMatchObject({ definition: waits, roleArn, name: "made" });
    expect(before.revisionId).toBeUndefined();
    expect(await of(next.executionArn)).toMatchObject({
      definition: passes,
      roleArn: otherRoleArn,
      revisionId,
      updateDate,
    });
  });

  test("changes only what it names, and nothing when all is as it was", async () => {
    await create({
      loggingConfiguration: {
        level: "ALL",
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
      },
    });

    const first = await update({ tracingConfiguration: { enabled: true } });
    const again = await update({ tracingConfiguration: { enabled: true }, definition: passes });
    const described = await describeIt();
    await update({ loggingConfiguration: { level: "OFF" } });

    expect(again.revisionId).toBe(first.revisionId);
    expect(described).toMatchObject({
      loggingConfiguration: { level: "ALL" },
      tracingConfiguration: { enabled: true },
    });
    expect((await describeIt()).loggingConfiguration).toEqual({
      level: "OFF",
      includeExecutionData: false,
    });
  });

  test.each([
    [{}, "MissingRequiredParameter", /Either the definition/],
    [{ definition: "{}" }, "InvalidDefinition", /StartAt/],
    [{ roleArn: "somebody" }, "InvalidArn", /Invalid ARN prefix: somebody/],
    [{ publish: true }, "ValidationException", /publish: versions are not supported/],
  ])("refuses %o", async (input, name, message) => {
    await create();
    await expect(update(input)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });
});

describe("DeleteStateMachine", () => {
  test("takes a machine away; its executions can still be asked for", async () => {
    await create();
    const { executionArn } = await start();
    await untilEnded(executionArn);

    await remove();

    await expect(describeIt()).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
    expect(await statusOf(executionArn)).toBe("SUCCEEDED");
    const of = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    expect(of).toMatchObject({ definition: passes, stateMachineArn: arnOf("made") });
  });

  test("of one that is not there is no error", async () => {
    await remove("never");
  });

  test("waits for what runs, which is stopped at its next transition", async () => {
    await create({ definition: waits });
    const { executionArn } = await start();
    await clock.timersSet(1);

    await remove();

    expect((await describeIt()).status).toBe("DELETING");
    await expect(start()).rejects.toMatchObject({
      name: "StateMachineDeleting",
      message: `State Machine is being deleted: '${arnOf("made")}'`,
    });
    await expect(create({ definition: waits })).rejects.toThrow("is being deleted");
    await expect(update({ definition: passes })).rejects.toThrow("is being deleted");
    expect(await statusOf(executionArn)).toBe("RUNNING");
    await clock.advance(3_600_000);
    await untilEnded(executionArn);
    expect(await statusOf(executionArn)).toBe("ABORTED");
    while ((await names())?.includes("made"));
  });

  test("goes on after a restart", async () => {
    await create({ definition: waits });
    const { executionArn } = await start();
    await clock.timersSet(1);
    await remove();

    await restart({});

    expect((await describeIt()).status).toBe("DELETING");
    await clock.advance(3_600_000);
    await untilEnded(executionArn);
    while ((await names())?.includes("made"));
  });
});

describe("at a start, the stack", () => {
  test("keeps what it declares as it is, with its creation date", async () => {
    const before = await describeIt("declared");
    await clock.advance(60_000);

    await restart({});

    expect((await describeIt("declared")).creationDate).toEqual(before.creationDate);
    expect((await describeIt("declared")).revisionId).toBeUndefined();
  });

  test("rules again over what was changed or deleted of its machines", async () => {
    await update({ definition: waits }, "declared");
    await restart({}, { name: "second" });
    expect((await describeIt("declared")).definition).toBe(passes);

    await remove("second");
    await restart({}, { name: "second" });
    expect(await names()).toEqual(["declared", "second"]);
  });

  test("takes over a machine of that name that was made by API", async () => {
    await create();

    await restart({}, { name: "made", definition: waits });
    expect((await describeIt()).definition).toBe(waits);

    await restart({});
    expect(await names()).toEqual(["declared"]);
  });

  test("lets go of what it does not declare any more, as DeleteStateMachine does", async () => {
    await restart({}, { name: "old", definition: waits });
    await start("old");
    await clock.timersSet(1);

    await restart({});
    expect((await describeIt("old")).status).toBe("DELETING");

    await restart({}, { name: "old", definition: waits });
    expect((await describeIt("old")).status).toBe("ACTIVE");
  });

  test("is refused, by its name, with a machine whose role Step Functions may not take", () => {
    expect(() =>
      states.putStateMachine({
        name: "x",
        roleArn: `${roleArn}stranger`,
        definition: passes,
        type: "STANDARD",
        tracing: false,
      }),
    ).toThrow("The state machine x can't be made: not trusted");
  });
});

describe("CreateStateMachine refuses", () => {
  test.each([
    [{ name: "a b" }, "InvalidName", /^Invalid Name: 'a b'$/],
    [{ name: "x".repeat(81) }, "ValidationException", /name/],
    [{ roleArn: "role" }, "InvalidArn", /^Invalid Arn: 'Invalid ARN prefix: role'$/],
    [{ roleArn: arnOf("x") }, "InvalidArn", /Invalid Arn/],
    [{ roleArn: `${roleArn}stranger` }, "AccessDeniedException", /not trusted/],
    [{ definition: "{" }, "InvalidDefinition", /INVALID_JSON_DESCRIPTION/],
    [
      { definition: oneState({ Type: "Pass", Next: "Nowhere" }) },
      "InvalidDefinition",
      /^Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: .* at \/States\/Only\/Next/,
    ],
    [
      {
        definition: oneState({ Type: "Task", Resource: "arn:aws:states:::sns:publish", End: true }),
      },
      "InvalidDefinition",
      /sns:publish.* at \/States\/Only\/Resource/,
    ],
    [
      { loggingConfiguration: { level: "ALL" as const } },
      "InvalidLoggingConfiguration",
      /exactly one Log Destination/,
    ],
    [
      {
        roleArn: otherRoleArn,
        loggingConfiguration: {
          level: "ALL" as const,
          destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
        },
      },
      "AccessDeniedException",
      /no delivery/,
    ],
    [{ tags: [{ key: "aws:x", value: "" }] }, "ValidationException", /aws:x/],
    [
      { encryptionConfiguration: { type: "CUSTOMER_MANAGED_KMS_KEY" as const } },
      "ValidationException",
      /encryptionConfiguration.type/,
    ],
  ])("%o", async (input, name, message) => {
    await expect(create(input)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
    expect(await names()).toEqual(["declared"]);
  });
});

describe("permissions", () => {
  const as = (...statements: object[]) =>
    new SFNClient({ ...endpoint.client, credentials: endpoint.roleKey("maker", ...statements) });
  const allow = (action: string, resource: string) => ({
    Effect: "Allow",
    Action: action,
    Resource: resource,
  });
  const command = () =>
    new CreateStateMachineCommand({ name: "made", roleArn, definition: passes });

  test("who makes a machine needs iam:PassRole for its role", async () => {
    const maker = as(allow("states:CreateStateMachine", arnOf("*")));
    await expect(maker.send(command())).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`iam:PassRole on resource: ${roleArn}`),
    });
  });

  test("with it for that role, the machine is made", async () => {
    const maker = as(
      allow("states:CreateStateMachine", arnOf("*")),
      allow("iam:PassRole", roleArn),
    );

    await maker.send(command());

    expect(await names()).toEqual(["declared", "made"]);
  });

  test("a change needs them only when it names a role", async () => {
    await create();
    const changer = as(allow("states:UpdateStateMachine", arnOf("made")));
    const change = (input: object) =>
      changer.send(new UpdateStateMachineCommand({ stateMachineArn: arnOf("made"), ...input }));

    await change({ definition: waits });
    await expect(change({ roleArn: otherRoleArn })).rejects.toThrow("iam:PassRole");
    await expect(
      changer.send(new DeleteStateMachineCommand({ stateMachineArn: arnOf("made") })),
    ).rejects.toThrow("states:DeleteStateMachine");
  });
});

describe("tags", () => {
  const tagsOf = async (resourceArn: string) =>
    (await sfn.send(new ListTagsForResourceCommand({ resourceArn }))).tags;

  test("are added, replaced and taken away", async () => {
    const resourceArn = arnOf("declared");
    const tag = (key: string, value: string) =>
      sfn.send(new TagResourceCommand({ resourceArn, tags: [{ key, value }] }));
    await tag("a", "1");
    await tag("b", "2");
    await tag("a", "3");
    await sfn.send(new UntagResourceCommand({ resourceArn, tagKeys: ["b", "never"] }));

    expect(await tagsOf(resourceArn)).toEqual([{ key: "a", value: "3" }]);
  });

  test("are fifty at most, and of a machine that is there", async () => {
    const tags = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: "" }));
    await expect(
      sfn.send(new TagResourceCommand({ resourceArn: arnOf("declared"), tags })),
    ).rejects.toMatchObject({ name: "TooManyTags" });
    await expect(tagsOf(arnOf("never"))).rejects.toMatchObject({
      name: "ResourceNotFound",
      message: `Resource not found: '${arnOf("never")}'`,
    });
  });
});

test("machines are listed page by page, by name", async () => {
  await create({ name: "a" });
  await create({ name: "b" });
  const pages: unknown[] = [];
  for await (const page of paginateListStateMachines({ client: sfn, pageSize: 2 }, {})) {
    pages.push(page.stateMachines?.map(({ name }) => name));
  }

  expect(pages).toEqual([["a", "b"], ["declared"]]);
});

test("a definition is validated without making a machine", async () => {
  const validate = (definition: string) =>
    sfn.send(new ValidateStateMachineDefinitionCommand({ definition }));

  expect(await validate(passes)).toMatchObject({ result: "OK", diagnostics: [] });
  expect(await validate(oneState({ Type: "Pass", Next: "Nowhere" }))).toMatchObject({
    result: "FAIL",
    diagnostics: [
      {
        severity: "ERROR",
        code: "MISSING_TRANSITION_TARGET",
        location: "/States/Only/Next",
      },
      { severity: "ERROR", code: "MISSING_END_STATE" },
    ],
    truncated: false,
  });
});

test("an ARN of another kind, region or none is refused", async () => {
  const of = (stateMachineArn: string) =>
    sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const executionArn = arnOf("x:y").replace("stateMachine", "execution");

  await expect(of(executionArn)).rejects.toThrow(
    "Invalid Arn: 'Resource type not valid in this context: execution'",
  );
  await expect(of("declared")).rejects.toThrow("Invalid Arn: 'Invalid ARN prefix: declared'");
  await expect(of(arnOf("x").replace("us-east-1", "eu-west-1"))).rejects.toMatchObject({
    name: "InvalidArn",
  });
});

test.each([
  "TestState",
  "PublishStateMachineVersion",
  "ListStateMachineVersions",
  "DeleteStateMachineVersion",
  "CreateStateMachineAlias",
  "UpdateStateMachineAlias",
  "DescribeStateMachineAlias",
  "ListStateMachineAliases",
  "DeleteStateMachineAlias",
])("%s is refused by its name", async (operation) => {
  await expect(states.service.call(operation, {}, endpoint.callAs())).rejects.toMatchObject({
    code: "NotImplemented",
    message: `The local cloud does not support states:${operation}.`,
  });
});
