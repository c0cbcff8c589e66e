import { samplePhoto as photo } from "@darkroom/lambda/testing";
import { TaskFailedError } from "@darkroom/states";
import { type MachineRun, runMachine, type TestTask } from "@darkroom/states/testing";
import { describe, expect, test } from "vitest";
import { persistMetadataInput, photoTaskInput, recordFailureInput } from "./contracts.ts";
import definition from "./image-processing.asl.json" with { type: "json" };

const jpeg = { format: "JPEG", width: 40, height: 30, fileSize: 1000 };
const picture = (s3key: string) => ({ s3key, width: 40, height: 30 });

/** Tasks that go well; they parse their input as the real ones do. */
const fine: Record<string, TestTask> = {
  ExtractMetadata: () => jpeg,
  DetectLabels: (input) => {
    photoTaskInput.parse(input);
    return { tags: [{ name: "Beach", confidence: 97.5 }] };
  },
  GenerateThumbnails: (input) => {
    photoTaskInput.parse(input);
    return { thumbnail: picture("Thumbnail/a.jpg"), preview: picture("Preview/a.jpg") };
  },
  PersistMetadata: (input) => {
    persistMetadataInput.parse(input);
    return { superseded: false };
  },
  RecordFailure: (input) => {
    recordFailureInput.parse(input);
    return { recorded: true };
  },
};

interface Run extends MachineRun {
  /** What each task was called with, in order. */
  readonly calls: readonly { task: string; input: unknown }[];
}

const arnOf = (task: string): string => `arn:aws:lambda:us-east-1:111111111111:function:${task}`;

const deployed = JSON.stringify(definition).replace(/\$\{(\w+)\}/g, (_, task: string) =>
  arnOf(task),
);

/** Runs the machine with some tasks replaced. */
async function run(tasks: Record<string, TestTask> = {}): Promise<Run> {
  const calls: { task: string; input: unknown }[] = [];
  const named = Object.entries({ ...fine, ...tasks }).map(([task, answer]): [string, TestTask] => [
    arnOf(task),
    (input, invocation) => {
      calls.push({ task, input });
      return answer(input, invocation);
    },
  ]);
  const result = await runMachine({
    definition: deployed,
    input: { photo },
    tasks: Object.fromEntries(named),
  });
  return { ...result, calls };
}

const failing =
  (name: string, message: string): TestTask =>
  () => {
    throw new TaskFailedError(name, JSON.stringify({ errorType: name, errorMessage: message }));
  };

const counted = (calls: Run["calls"], task: string) => calls.filter((call) => call.task === task);

describe("a photo", () => {
  test("gets its metadata, then labels and thumbnails, then its row", async () => {
    const { status, calls } = await run();

    expect(status).toBe("SUCCEEDED");
    expect(calls[0]?.task).toBe("ExtractMetadata");
    expect(
      calls
        .slice(1, 3)
        .map(({ task }) => task)
        .sort(),
    ).toEqual(["DetectLabels", "GenerateThumbnails"]);
    expect(calls.slice(3).map(({ task }) => task)).toEqual(["PersistMetadata"]);
    expect(calls[3]?.input).toMatchObject({
      photo,
      executionArn: expect.stringMatching(/^arn:aws:states:/),
      extractedMetadata: jpeg,
      parallelResults: [{ tags: [{ name: "Beach" }] }, { thumbnail: { s3key: "Thumbnail/a.jpg" } }],
    });
  });
});

describe("a file that is no photo", () => {
  test("is recorded with the uploader's reason, at once, and fails as FileNotSupported", async () => {
    const { status, error, calls } = await run({
      ExtractMetadata: failing("ImageIdentifyError", "the file is empty"),
    });

    expect({ status, error }).toEqual({ status: "FAILED", error: "FileNotSupported" });
    expect(calls.map(({ task }) => task)).toEqual(["ExtractMetadata", "RecordFailure"]);
    expect(calls[1]?.input).toMatchObject({
      status: "UNSUPPORTED",
      failure: { Error: "ImageIdentifyError", Cause: expect.stringContaining("the file is empty") },
    });
  });

  test.each(["GIF", "TIFF", "HEIC", "AVIF"])("is told by its format: %s", async (format) => {
    const { error, cause, calls } = await run({ ExtractMetadata: () => ({ ...jpeg, format }) });

    expect(error).toBe("FileNotSupported");
    expect(cause).toBe(`${format} is not supported yet: JPEG, PNG and WebP are`);
    expect(counted(calls, "RecordFailure")).toMatchObject([{ input: { status: "UNSUPPORTED" } }]);
    expect(counted(calls, "DetectLabels")).toEqual([]);
  });

  test.each(["DetectLabels", "GenerateThumbnails"])(
    "is found out by %s when it doesn't decode",
    async (task) => {
      const { error, calls } = await run({
        [task]: failing("ImageIdentifyError", "the file is cut off"),
      });

      expect(error).toBe("FileNotSupported");
      expect(counted(calls, "RecordFailure")).toMatchObject([{ input: { status: "UNSUPPORTED" } }]);
      expect(counted(calls, task)).toHaveLength(1);
    },
  );
});

describe.each([
  ["ExtractMetadata", "ExtractImageMetadata"],
  ["DetectLabels", "DetectLabels"],
  ["GenerateThumbnails", "GenerateThumbnails"],
  ["PersistMetadata", "PersistMetadata"],
] as const)("when %s fails", (task, state) => {
  test.each(["InvalidInputError", "ObjectNotFoundError", "AccessDeniedException"])(
    "for %s, it is not tried again, and the row names state and error",
    async (name) => {
      const { status, error, cause, calls } = await run({ [task]: failing(name, "never") });

      expect({ status, error }).toEqual({ status: "FAILED", error: name });
      expect(cause).toMatch(new RegExp(`^${state}: .*never`));
      expect(counted(calls, task)).toHaveLength(1);
      expect(counted(calls, "RecordFailure")).toMatchObject([
        { input: { status: "FAILED", failure: { Error: name, Cause: cause } } },
      ]);
    },
  );
});

test("a failure that can't be recorded ends the execution under the recorder's own error", async () => {
  const { status, error, calls } = await run({
    ExtractMetadata: failing("ImageIdentifyError", "empty"),
    RecordFailure: failing("InvalidInputError", "broken"),
  });
  expect({ status, error }).toEqual({ status: "FAILED", error: "InvalidInputError" });
  expect(counted(calls, "RecordFailure")).toHaveLength(1);
});
