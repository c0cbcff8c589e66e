import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { approvalErrors } from "@darkroom/workflow";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Clients, createClients } from "../clients.ts";
import { activityQueue, ClaimOver, UnknownToken } from "./approval-queue.ts";

interface Call {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Answers the calls one after the other: an error's name, what is sent back, or `cut` for a broken connection. */
let answers: (string | object)[] = [];
let calls: Call[] = [];
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
  calls.push({ operation, input: JSON.parse(body) });
  const answer = answers.shift() ?? {};
  if (answer === "cut") request.socket.destroy();
  else if (typeof answer === "string") {
    response.writeHead(400).end(JSON.stringify({ __type: answer, message: answer }));
  } else {
    response
      .writeHead(200, { "content-type": "application/x-amz-json-1.0" })
      .end(JSON.stringify(answer));
  }
});
let clients: Clients;
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  clients = createClients({
    endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
});
beforeEach(() => {
  answers = [];
  calls = [];
});
afterAll(() => {
  clients.close();
  server.close();
});

const signal = new AbortController().signal;
function queueOf() {
  let time = 0;
  return activityQueue(clients.sfn, "arn:activity", {
    now: () => new Date(time),
    pause: async (ms) => {
      time += ms;
    },
    signal,
  });
}

test("a claim names its worker; an answer without a task is none", async () => {
  answers = [{ taskToken: "t", input: "{}" }, { taskToken: null, input: null }, {}];
  const queue = queueOf();
  expect(await queue.claim("ann", signal)).toEqual({ taskToken: "t", input: "{}" });
  expect(await queue.claim("ann", signal)).toBeUndefined();
  expect(await queue.claim("ann", signal)).toBeUndefined();
  expect(calls[0]).toEqual({
    operation: "GetActivityTask",
    input: { activityArn: "arn:activity", workerName: "ann" },
  });
});

test("each answer is the call that the state machine waits for", async () => {
  const queue = queueOf();
  await queue.approve("t", { by: "ann" });
  await queue.deny("t", { by: "ann", reason: 'it shows "a knife"' });
  await queue.release("t", "ann");
  await queue.heartbeat("t");
  expect(calls).toEqual([
    { operation: "SendTaskSuccess", input: { taskToken: "t", output: '{"by":"ann"}' } },
    {
      operation: "SendTaskFailure",
      input: {
        taskToken: "t",
        error: "InappropriateError",
        cause: String.raw`{"by":"ann","reason":"it shows \"a knife\""}`,
      },
    },
    {
      operation: "SendTaskFailure",
      input: { taskToken: "t", error: approvalErrors.released, cause: "given back by ann" },
    },
    { operation: "SendTaskHeartbeat", input: { taskToken: "t" } },
  ]);
});

test.each([["TaskTimedOut"], ["TaskDoesNotExist"]])(
  "a token that was used, or whose time is over, is one line with what to do: %s",
  async (name) => {
    answers = [name];
    const error = await queueOf()
      .approve("t", { by: "ann" })
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ClaimOver);
    expect(error.message).toMatch(/claim of this token is over.*approvals next/);
  },
);

test.each([["InvalidToken"], ["ValidationException"]])(
  "a made-up token is told apart from one that is over: %s",
  async (name) => {
    answers = [name];
    const error = await queueOf()
      .deny("t", { by: "ann", reason: "r" })
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UnknownToken);
    expect(error.message).toMatch(/No claim has this token.*approvals next/);
  },
);

test("a decision comes through a restart of the cloud", async () => {
  answers = Array(7).fill("cut");
  await queueOf().approve("t", { by: "ann" });
  expect(calls).toHaveLength(8);
});

test("an answer that was lost may be the one that ended the claim", async () => {
  answers = [...Array(3).fill("cut"), "TaskTimedOut"];
  await expect(queueOf().approve("t", { by: "ann" })).rejects.toThrow(
    /may have come through or not/,
  );
});

test("a cloud that stays away is one line that says how to start it", async () => {
  answers = Array(100).fill("cut");
  await expect(queueOf().approve("t", { by: "ann" })).rejects.toThrow(
    /^Nothing runs any more .*start it with/,
  );
});

test("a wait that is interrupted claims nothing", async () => {
  const stop = new AbortController();
  stop.abort();
  expect(await queueOf().claim("ann", stop.signal)).toBeUndefined();
});
