import { describe, expect, it } from "vitest";
import { runMachine } from "../testing/index.ts";
import { type Json, TaskFailedError } from "../types.ts";
import { memoryStorage } from "./memory-storage.ts";

const resource = "arn:aws:states:::lambda:invoke";

function run(fields: object, input: Json, storage = memoryStorage()) {
  const result = runMachine({
    definition: {
      StartAt: "All",
      States: {
        All: {
          Type: "Map",
          Label: "All",
          End: true,
          ToleratedFailureCount: 1,
          MaxConcurrency: 1,
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "Each",
            States: { Each: { Type: "Task", Resource: resource, End: true } },
          },
          ...fields,
        },
      },
    },
    input,
    storage,
    tasks: {
      [resource]: (item) => {
        if (item === "bad") throw new TaskFailedError("Bad", "no good");
        return item;
      },
    },
  });
  return { result, storage };
}

const writer = (more: object = {}) => ({
  ResultWriter: {
    Resource: "arn:aws:states:::s3:putObject",
    Parameters: { Bucket: "results", Prefix: "runs" },
    ...more,
  },
});

describe("a ResultWriter", () => {
  it("writes the children's results by their status, and the state gives where", async () => {
    const { result, storage } = run(writer(), [[1], "bad", "é"]);
    const { output } = await result;
    const { MapRunArn, ResultWriterDetails } = output as {
      MapRunArn: string;
      ResultWriterDetails: { Bucket: string; Key: string };
    };
    const folder = `runs/${MapRunArn.split(":").at(-1)}`;
    expect(ResultWriterDetails).toEqual({ Bucket: "results", Key: `${folder}/manifest.json` });
    const text = (name: string) => storage.objects.get(`${folder}/${name}`) ?? "";
    const file = (name: string) => ({
      Key: `${folder}/${name}`,
      Size: Buffer.byteLength(text(name)),
    });
    expect(JSON.parse(text("manifest.json"))).toEqual({
      DestinationBucket: "results",
      MapRunArn,
      ResultFiles: {
        FAILED: [file("FAILED_0.json")],
        PENDING: [],
        SUCCEEDED: [file("SUCCEEDED_0.json")],
      },
    });
    const common = {
      ExecutionArn: expect.stringMatching(/:execution:test\/All:[-0-9a-f]{36}$/),
      Name: expect.stringMatching(/^[-0-9a-f]{36}$/),
      InputDetails: { Included: true },
      StateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:test/All",
      StartDate: "2025-01-01T00:00:00.000Z",
      StopDate: "2025-01-01T00:00:00.000Z",
    };
    const succeeded = { ...common, Status: "SUCCEEDED", OutputDetails: { Included: true } };
    expect(JSON.parse(text("SUCCEEDED_0.json"))).toMatchObject([
      { ...succeeded, Input: "[1]", Output: "[1]" },
      { ...succeeded, Input: '"é"', Output: '"é"' },
    ]);
    const failed = { ...common, Status: "FAILED", Error: "Bad", Cause: "no good" };
    expect(JSON.parse(text("FAILED_0.json"))).toMatchObject([{ ...failed, Input: '"bad"' }]);
  });

  it("tells of what was not started when the run fails, which fails all the same", async () => {
    const { result, storage } = run({ ...writer(), ToleratedFailureCount: 0 }, ["bad", 1, 2]);
    const error = "States.ExceedToleratedFailureThreshold";
    expect(await result).toMatchObject({ status: "FAILED", error });
    const key = [...storage.objects.keys()].find((name) => name.endsWith("PENDING_0.json"));
    expect(JSON.parse(storage.objects.get(key ?? "") ?? "")).toMatchObject([
      { Input: "1", Status: "PENDING" },
      { Input: "2", Status: "PENDING" },
    ]);
  });

  it.each<[object, string, string]>([
    [{ Transformation: "COMPACT", OutputType: "JSON" }, "SUCCEEDED_0.json", '[[1,2],"a"]'],
    [{ Transformation: "FLATTEN", OutputType: "JSON" }, "SUCCEEDED_0.json", '[1,2,"a"]'],
    [{ Transformation: "FLATTEN", OutputType: "JSONL" }, "SUCCEEDED_0.jsonl", '1\n2\n"a"\n'],
  ])("has the results as %j asks for", async (WriterConfig, name, text) => {
    const { result, storage } = run(writer({ WriterConfig }), [[1, 2], "a"]);
    await result;
    const key = [...storage.objects.keys()].find((found) => found.endsWith(name));
    expect(storage.objects.get(key ?? "")).toBe(text);
  });

  it("with a WriterConfig alone gives the results as the output", async () => {
    const ResultWriter = { WriterConfig: { Transformation: "FLATTEN", OutputType: "JSON" } };
    const { result } = run({ ResultWriter }, [[1, 2], "a"]);
    expect((await result).output).toEqual([1, 2, "a"]);
  });

  it("writes results that are too large to be an output", async () => {
    const { result } = run(writer(), ["x".repeat(140_000), "y".repeat(140_000)]);
    expect((await result).status).toBe("SUCCEEDED");
  });

  it("fails as the call to S3 does", async () => {
    const refusing = {
      ...memoryStorage(),
      write: () => Promise.reject(new TaskFailedError("S3.AccessDenied", "Access Denied")),
    };
    const { result } = run(writer(), [1], refusing);
    expect(await result).toMatchObject({
      status: "FAILED",
      error: "States.ResultWriterFailed",
      cause: "Access Denied",
    });
  });

  it("fails without a bucket", async () => {
    const { result } = run(writer({ Parameters: { "Bucket.$": "$[0]" } }), [""]);
    expect(await result).toMatchObject({ status: "FAILED", error: "States.ResultWriterFailed" });
  });
});
