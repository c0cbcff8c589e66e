import { describe, expect, it } from "vitest";
import { runMachine } from "../../testing/index.ts";
import type { Json } from "../../types.ts";
import { memoryStorage } from "../memory-storage.ts";
import { readJson } from "./read-json.ts";

const each = {
  ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
  StartAt: "Each",
  States: { Each: { Type: "Pass", End: true } },
};

/** Maps over an object with this text, which comes in chunks of three bytes. */
function read(text: string, ReaderConfig: object, input: Json = {}) {
  const ItemReader = {
    Resource: "arn:aws:states:::s3:getObject",
    ReaderConfig,
    Parameters: { Bucket: "sheets", "Key.$": "$$.Execution.Name" },
  };
  return runMachine({
    definition: {
      StartAt: "All",
      States: { All: { Type: "Map", ItemReader, ItemProcessor: each, End: true } },
    },
    input,
    storage: memoryStorage({ run: text }, 3),
  });
}

const failure = (cause: unknown) => ({
  status: "FAILED",
  error: "States.ItemReaderFailed",
  cause,
});

describe("an ItemReader of JSON", () => {
  it.each<[string, Json]>([
    ["[]", []],
    [
      ' [1, "é", null, false, {"a": [1, {"b": 2}]}, [] ] ',
      [1, "é", null, false, { a: [1, { b: 2 }] }, []],
    ],
  ])("gives the elements of %s", async (text, items) => {
    expect(await read(text, { InputType: "JSON" })).toMatchObject({ output: items });
  });

  it.each(["{}", '{"a": [1]}', "3", '"text"', "null", "true"])(
    "doesn't map over %s",
    async (text) => {
      expect(await read(text, { InputType: "JSON" })).toMatchObject(
        failure("Attempting to map over non-iterable node."),
      );
    },
  );

  it.each(["[1,", "[1 2]", "nope", "[1]]"])("fails for %s", async (text) => {
    expect(await read(text, { InputType: "JSON" })).toMatchObject(
      failure(expect.stringContaining("is not valid JSON")),
    );
  });

  it("fails for an empty object", async () => {
    expect(await read("", { InputType: "JSON" })).toMatchObject(failure(expect.any(String)));
  });

  it("finds the array that ItemsPointer names", async () => {
    const text = '{"x": [9], "a": {"y": 1, "list": [1, {"list": [2]}]}, "z": {"list": 3}}';
    const config = { InputType: "JSON", ItemsPointer: "/a/list" };
    expect(await read(text, config)).toMatchObject({ output: [1, { list: [2] }] });
    for (const ItemsPointer of ["/a", "/none", "/a/y", "/a/list/0"]) {
      expect(await read(text, { InputType: "JSON", ItemsPointer })).toMatchObject(
        failure("Attempting to map over non-iterable node."),
      );
    }
  });

  it("holds no more of a large array than its last pieces", async () => {
    let unread = 0;
    let most = 0;
    async function* chunks() {
      yield Buffer.from("[");
      for (let at = 0; at < 5000; at += 1) {
        yield Buffer.from(`${at === 0 ? "" : ","}{"at":${at}}`);
        unread += 1;
        most = Math.max(most, unread);
      }
      yield Buffer.from("]");
    }
    let at = 0;
    for await (const item of readJson(chunks(), [])) {
      expect(item).toEqual({ at });
      at += 1;
      unread = 0;
    }
    expect([at, most]).toEqual([5000, 1]);
  });

  it("says in MapStateStarted that it doesn't know the length", async () => {
    const run = await read("[1,2]", { InputType: "JSON" });
    expect(run.events[2]).toMatchObject({ mapStateStartedEventDetails: { length: 0 } });
  });
});

describe("an ItemReader of JSON lines", () => {
  it("gives the value of each line that has one", async () => {
    const text = '{"a":1}\r\n\n"é"\n  \n[2]\nnull';
    expect(await read(text, { InputType: "JSONL" })).toMatchObject({
      output: [{ a: 1 }, "é", [2], null],
    });
    expect(await read("", { InputType: "JSONL" })).toMatchObject({ output: [] });
  });

  it("names the line that is no JSON", async () => {
    expect(await read("1\n\n{a}\n", { InputType: "JSONL" })).toMatchObject(
      failure(expect.stringMatching(/^Line 3 of the object is not valid JSON/)),
    );
  });
});

describe("an ItemReader of CSV", () => {
  const first = { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" };

  it("gives an object for each row, with empty texts for what is missing", async () => {
    const text = 'name,size\na,1,more\n"b, c"\n\n\'d\',"x""y"\n,\n';
    expect(await read(text, first)).toMatchObject({
      output: [
        { name: "a", size: "1" },
        { name: "b, c", size: "" },
        { name: "'d'", size: 'x"y' },
        { name: "", size: "" },
      ],
    });
  });

  it("takes the headers that are given, and every row as an item", async () => {
    const given = { InputType: "CSV", CSVHeaderLocation: "GIVEN", CSVHeaders: ["a", "__proto__"] };
    const { output } = await read("1,2\n3,4", given);
    expect(JSON.stringify(output)).toBe('[{"a":"1","__proto__":"2"},{"a":"3","__proto__":"4"}]');
  });

  it.each([
    ["PIPE", "|"],
    ["SEMICOLON", ";"],
    ["SPACE", " "],
    ["TAB", "\t"],
  ])("has the delimiter %s", async (CSVDelimiter, sign) => {
    const run = await read(`a${sign}b\n1,0${sign}2`, { ...first, CSVDelimiter });
    expect(run).toMatchObject({ output: [{ a: "1,0", b: "2" }] });
  });

  it("refuses headers that are there twice, and a quotation without an end", async () => {
    expect(await read("a,a\n1,2", first)).toMatchObject(
      failure("CSV headers cannot contain duplicates."),
    );
    expect(await read('a\n"1', first)).toMatchObject(
      failure(expect.stringContaining("is not valid CSV")),
    );
  });

  it("passes over a byte order mark, and reads an empty object as no items", async () => {
    expect(await read("\uFEFFa\n1", first)).toMatchObject({ output: [{ a: "1" }] });
    expect(await read("", first)).toMatchObject({ output: [] });
  });

  it.each<[number, number]>([
    [0, 3],
    [1, 1],
    [2, 2],
    [3, 3],
    [100_000_000, 3],
  ])("reads with MaxItems %i only %i rows", async (MaxItems, rows) => {
    const { output } = await read("a\n1\n2\n3\n", { ...first, MaxItems });
    expect(output).toHaveLength(rows);
  });

  it.each<[Json, object]>([
    [2, { output: [{ a: "1" }, { a: "2" }] }],
    [-1, failure("field MaxItems must be positive")],
    ["all", { status: "FAILED", error: "States.Runtime" }],
  ])("takes MaxItems from its path: %j", async (most, outcome) => {
    const run = await read("a\n1\n2\n3\n", { ...first, MaxItemsPath: "$.most" }, { most });
    expect(run).toMatchObject(outcome);
  });
});

describe("an ItemReader", () => {
  const reader = (
    ItemReader: object,
    storage = memoryStorage({ "a/1": "x", "a/2": "", b: "y", "a/3": "z" }),
  ) =>
    runMachine({
      definition: {
        StartAt: "All",
        States: { All: { Type: "Map", ItemReader, ItemProcessor: each, End: true } },
      },
      storage,
    });
  const listing = { Resource: "arn:aws:states:::s3:listObjectsV2" };

  it("gives the objects of a list of many pages", async () => {
    const run = await reader({ ...listing, Parameters: { Bucket: "b", Prefix: "a/" } });
    const same = {
      Etag: '"0123456789abcdef0123456789abcdef"',
      LastModified: 1_700_000_000,
      StorageClass: "STANDARD",
    };
    expect(run.output).toEqual([
      { ...same, Key: "a/1", Size: 1 },
      { ...same, Key: "a/2", Size: 0 },
      { ...same, Key: "a/3", Size: 1 },
    ]);
    const some = { ...listing, Parameters: { Bucket: "b" }, ReaderConfig: { MaxItems: 2 } };
    expect((await reader(some)).output).toHaveLength(2);
  });

  it.each([
    { InputType: "JSON" },
    { InputType: "JSONL" },
    { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
  ])(
    "fails as the call to S3 does, and the history tells it of the map run: %j",
    async (ReaderConfig) => {
      const run = await reader({
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig,
        Parameters: { Bucket: "b", Key: "none" },
      });
      expect(run).toMatchObject(failure("The specified key does not exist."));
      expect(run.events.slice(2).map(({ type }) => type)).toEqual([
        "MapStateStarted",
        "MapRunStarted",
        "MapRunFailed",
        "MapStateFailed",
        "ExecutionFailed",
      ]);
    },
  );

  it("names a parameter that isn't there", async () => {
    const run = await reader({ ...listing, Parameters: { Bucket: "" } });
    expect(run).toMatchObject(failure(expect.stringContaining("The parameter Bucket")));
  });
});
