import { type FeatureCases, invoke, only } from "./feature-case.ts";

const each = (state: object = { Type: "Pass" }, fields: object = {}): object => ({
  ...fields,
  ...only(state, "I"),
});

const map = (fields: object): object => only({ Type: "Map", ItemProcessor: each(), ...fields });

/** A second for each item. */
const slow = each({ Type: "Wait", Seconds: 1 });

export const mapCases: FeatureCases = {
  map: { definition: map({}), input: [0, "", null], output: [0, "", null] },
  "map-inline": {
    definition: map({ ItemProcessor: each(undefined, { ProcessorConfig: { Mode: "INLINE" } }) }),
    input: [1],
    output: [1],
  },
  "map-iterator": {
    definition: only({ Type: "Map", Iterator: each() }),
    input: [1],
    output: [1],
  },
  "map-parameters": {
    definition: map({ Parameters: { "v.$": "$$.Map.Item.Value" } }),
    input: [1],
    output: [{ v: 1 }],
  },
  "map-items-path": { definition: map({ ItemsPath: "$.a" }), input: { a: [1] }, output: [1] },
  "map-item-selector": {
    definition: map({ ItemSelector: { "i.$": "$$.Map.Item.Index", "all.$": "$" } }),
    input: ["a"],
    output: [{ i: 0, all: ["a"] }],
  },
  "map-concurrency": {
    definition: map({ ItemProcessor: slow, MaxConcurrency: 2 }),
    input: [1, 2, 3],
    output: [1, 2, 3],
    seconds: 2,
  },
  "map-concurrency-path": {
    definition: map({ ItemProcessor: slow, ItemsPath: "$.i", MaxConcurrencyPath: "$.c" }),
    input: { i: [1, 2, 3], c: 1 },
    output: [1, 2, 3],
    seconds: 3,
  },
  "map-result-selector": {
    definition: map({ ResultSelector: { "first.$": "$[0]" } }),
    input: [1],
    output: { first: 1 },
  },
  "map-result-path": {
    definition: map({ ItemsPath: "$.i", ResultPath: "$.r" }),
    input: { i: [1] },
    output: { i: [1], r: [1] },
  },
  "map-not-array": { definition: map({}), input: {}, status: "FAILED", error: "States.Runtime" },
  "map-limit": {
    definition: map({ ItemProcessor: slow }),
    input: Array.from({ length: 41 }, () => 0),
    output: Array.from({ length: 41 }, () => 0),
    seconds: 2,
  },
};

const distributed = (fields: object = {}, state?: object): object =>
  map({
    Label: "Run",
    ItemProcessor: each(state, {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    }),
    ...fields,
  });

const failsAtOne = {
  Type: "Task",
  Resource: invoke,
};

const second = { "second.$": "$[1]" };

const failing = () => ({
  [invoke]: (value: unknown) => {
    if (value === 1) throw new Error("one");
    return 0;
  },
});

const reading = (ReaderConfig: object): object =>
  distributed({
    ItemReader: {
      Resource: "arn:aws:states:::s3:getObject",
      Parameters: { Bucket: "bucket", Key: "key" },
      ReaderConfig,
    },
  });

const toBucket = {
  Resource: "arn:aws:states:::s3:putObject",
  Parameters: { Bucket: "bucket", Prefix: "results" },
};

export const distributedCases: FeatureCases = {
  "map-distributed": {
    definition: distributed(),
    input: [0, "", null],
    output: [0, "", null],
    event: { type: "MapRunStarted" },
  },
  "map-express": {
    definition: map({
      ItemProcessor: each(undefined, {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
      }),
    }),
    input: [1],
    output: [1],
  },
  "map-batch": {
    definition: distributed({ ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { b: 0 } } }),
    input: [1, 2, 3],
    output: [
      { Items: [1, 2], BatchInput: { b: 0 } },
      { Items: [3], BatchInput: { b: 0 } },
    ],
  },
  "map-batch-path": {
    definition: distributed({
      ItemsPath: "$.i",
      ItemBatcher: { MaxItemsPerBatchPath: "$.n" },
    }),
    input: { i: [1, 2], n: 1 },
    output: [{ Items: [1] }, { Items: [2] }],
  },
  "map-batch-bytes": {
    definition: distributed({ ItemBatcher: { MaxInputBytesPerBatch: 30 } }),
    input: ["0123456789", "0123456789"],
    output: [{ Items: ["0123456789"] }, { Items: ["0123456789"] }],
  },
  "map-batch-bytes-path": {
    definition: distributed({
      ItemsPath: "$.i",
      ItemBatcher: { MaxInputBytesPerBatchPath: "$.n" },
    }),
    input: { i: ["0123456789", "0123456789"], n: 30 },
    output: [{ Items: ["0123456789"] }, { Items: ["0123456789"] }],
  },
  "map-tolerated-count": {
    definition: distributed({ ToleratedFailureCount: 1, ResultSelector: second }, failsAtOne),
    tasks: failing,
    input: [1, 2],
    output: { second: 0 },
  },
  "map-tolerated-count-path": {
    definition: distributed(
      { ToleratedFailureCountPath: "$.c", ItemsPath: "$.i", ResultSelector: second },
      failsAtOne,
    ),
    tasks: failing,
    input: { i: [1, 2], c: 1 },
    output: { second: 0 },
  },
  "map-tolerated-percentage": {
    definition: distributed({ ToleratedFailurePercentage: 50, ResultSelector: second }, failsAtOne),
    tasks: failing,
    input: [1, 2],
    output: { second: 0 },
  },
  "map-tolerated-percentage-path": {
    definition: distributed(
      { ToleratedFailurePercentagePath: "$.p", ItemsPath: "$.i", ResultSelector: second },
      failsAtOne,
    ),
    tasks: failing,
    input: { i: [1, 2], p: 50 },
    output: { second: 0 },
  },
  "map-threshold": {
    definition: distributed({}, failsAtOne),
    tasks: failing,
    input: [1, 2],
    status: "FAILED",
    error: "States.ExceedToleratedFailureThreshold",
  },
  "map-reader-json": {
    definition: reading({ InputType: "JSON" }),
    objects: { key: "[0, 1]" },
    output: [0, 1],
  },
  "map-reader-pointer": {
    definition: reading({ InputType: "JSON", ItemsPointer: "/a/b" }),
    objects: { key: '{"a":{"b":[0,1]}}' },
    output: [0, 1],
  },
  "map-reader-jsonl": {
    definition: reading({ InputType: "JSONL" }),
    objects: { key: '{"a":0}\n{"a":1}\n' },
    output: [{ a: 0 }, { a: 1 }],
  },
  "map-reader-csv": {
    definition: reading({ InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" }),
    objects: { key: "a,b\n0,1\n" },
    output: [{ a: "0", b: "1" }],
  },
  "map-reader-csv-given": {
    definition: reading({
      InputType: "CSV",
      CSVHeaderLocation: "GIVEN",
      CSVHeaders: ["a"],
      CSVDelimiter: "SEMICOLON",
    }),
    objects: { key: "0\n1\n" },
    output: [{ a: "0" }, { a: "1" }],
  },
  "map-reader-max": {
    definition: reading({ InputType: "JSON", MaxItems: 1 }),
    objects: { key: "[0, 1]" },
    output: [0],
  },
  "map-reader-max-path": {
    definition: reading({ InputType: "JSON", MaxItemsPath: "$.n" }),
    objects: { key: "[0, 1]" },
    input: { n: 1 },
    output: [0],
  },
  "map-reader-list": {
    definition: distributed({
      ItemReader: {
        Resource: "arn:aws:states:::s3:listObjectsV2",
        Parameters: { Bucket: "bucket", Prefix: "in/" },
      },
      ItemSelector: { "key.$": "$$.Map.Item.Value.Key" },
    }),
    objects: { "in/1": "", "out/2": "" },
    output: [{ key: "in/1" }],
  },
  "map-reader-manifest": { definition: reading({ InputType: "MANIFEST" }), refused: "MANIFEST" },
  "map-reader-parquet": { definition: reading({ InputType: "PARQUET" }), refused: "PARQUET" },
  "map-reader-transformation": {
    definition: distributed({
      ItemReader: {
        Resource: "arn:aws:states:::s3:listObjectsV2",
        Parameters: { Bucket: "bucket" },
        ReaderConfig: { Transformation: "LOAD_AND_FLATTEN" },
      },
    }),
    refused: "Transformation",
  },
  "map-reader-failed": {
    definition: reading({ InputType: "JSON" }),
    objects: { key: "{}" },
    status: "FAILED",
    error: "States.ItemReaderFailed",
  },
  "map-writer-failed": {
    definition: distributed({
      ResultWriter: { ...toBucket, Parameters: { Bucket: "", Prefix: "results" } },
    }),
    input: [1],
    status: "FAILED",
    error: "States.ResultWriterFailed",
  },
  "map-writer": {
    definition: distributed({
      ResultWriter: toBucket,
      ResultSelector: { "b.$": "$.ResultWriterDetails.Bucket" },
    }),
    input: [1],
    output: { b: "bucket" },
  },
  "map-writer-config": {
    definition: distributed({
      ResultWriter: { WriterConfig: { Transformation: "FLATTEN", OutputType: "JSON" } },
    }),
    input: [[1], [2]],
    output: [1, 2],
  },
  "map-writer-lines": {
    definition: distributed({
      ResultWriter: { WriterConfig: { Transformation: "COMPACT", OutputType: "JSONL" } },
    }),
    refused: "JSONL",
  },
};
