import type { Json } from "../types.ts";
import { type FeatureCase, type FeatureCases, invoke, only } from "./feature-case.ts";

const gives = (expression: string, output: Json, input: Json = {}): FeatureCase => ({
  definition: only({ Type: "Pass", Parameters: { "r.$": expression }, OutputPath: "$.r" }),
  input,
  random: () => 0.5,
  output,
});

const refusedPath = (path: string, refused: string): FeatureCase => ({
  definition: only({ Type: "Pass", InputPath: path }),
  refused,
});

/** By their names. */
export const intrinsicCases: FeatureCases = {
  "States.Format": gives("States.Format('{} \\{\\} {}', 1, $.a)", "1 {} b", { a: "b" }),
  "States.StringToJson": gives("States.StringToJson($.t)", { a: 0 }, { t: '{"a":0}' }),
  "States.JsonToString": gives("States.JsonToString($)", '{"a":0}', { a: 0 }),
  "States.Array": gives("States.Array(1, null, 'a')", [1, null, "a"]),
  "States.ArrayPartition": gives("States.ArrayPartition($, 2)", [[1, 2], [3]], [1, 2, 3]),
  "States.ArrayContains": gives("States.ArrayContains($, 0)", true, [1, 0]),
  "States.ArrayRange": gives("States.ArrayRange(1, 6, 2)", [1, 3, 5]),
  "States.ArrayGetItem": gives("States.ArrayGetItem($, 1)", 0, [1, 0]),
  "States.ArrayLength": gives("States.ArrayLength($)", 0, []),
  "States.ArrayUnique": gives("States.ArrayUnique($)", [1, 2], [1, 2, 1]),
  "States.Base64Encode": gives("States.Base64Encode('ä')", "w6Q="),
  "States.Base64Decode": gives("States.Base64Decode('w6Q=')", "ä"),
  "States.Hash": gives("States.Hash('a', 'MD5')", "0cc175b9c0f1b6a831c399e269772661"),
  "States.JsonMerge": gives(
    "States.JsonMerge($.a, $.b, false)",
    { x: 2, y: 3 },
    { a: { x: 1, y: 3 }, b: { x: 2 } },
  ),
  "States.MathRandom": gives("States.MathRandom(0, 10)", 5),
  "States.MathAdd": gives("States.MathAdd(1, -1)", 0),
  "States.StringSplit": gives("States.StringSplit('a,b', ',')", ["a", "b"]),
  "States.UUID": gives("States.UUID()", "80000000-8000-4000-8000-000080000000"),
  "intrinsic-nested": gives("States.MathAdd(States.ArrayLength($), 1)", 3, [0, 0]),
  "intrinsic-unknown": {
    definition: only({ Type: "Pass", Parameters: { "r.$": "States.Upper('a')" } }),
    refused: "/States/S/Parameters",
  },
  "random-seed": {
    definition: only({
      Type: "Pass",
      Parameters: {
        "same.$":
          "States.ArrayUnique(States.Array(States.MathRandom(0, 1000, 7), States.MathRandom(0, 1000, 7)))",
      },
      ResultPath: "$.r",
      OutputPath: "$.r.same.length()",
    }),
    output: 1,
  },
};

const shelf = { books: [{ p: 8 }, { p: 12 }, { p: 9 }], "a b": 0 };

export const pathCases: FeatureCases = {
  "path-member": gives("$.books[0].p", 8, shelf),
  "path-quoted": gives("$['a b']", 0, shelf),
  "path-negative": gives("$.books[-1].p", 9, shelf),
  "path-slice": gives("$.books[0:2].p", [8, 12], shelf),
  "path-union": gives("$.books[0,2].p", [8, 9], shelf),
  "path-wildcard": gives("$.books[*].p", [8, 12, 9], shelf),
  "path-descend": gives("$..p", [8, 12, 9], shelf),
  "path-filter": gives("$.books[?(@.p < 10)].p", [8, 9], shelf),
  "path-length": gives("$.books.length()", 3, shelf),
  "path-aggregate": {
    definition: only({ Type: "Pass", InputPath: "$.books.max()" }),
    input: shelf,
    status: "FAILED",
    error: "States.Runtime",
  },
  "path-function": refusedPath("$.books.first()", "first"),
  "path-slice-step": gives("$.books[0:3:2].p", [8, 12, 9], shelf),
  "path-syntax": refusedPath("$.books[", "/States/S/InputPath"),
};

const arn = "arn:aws:states:us-east-1:111111111111";

/** `runMachine` gives the names. */
export const contextCases: FeatureCases = {
  "context-execution": gives(
    "$$.Execution",
    {
      Id: `${arn}:execution:test:run`,
      Input: 0,
      Name: "run",
      RoleArn: "arn:aws:iam::111111111111:role/test",
      StartTime: "1970-01-01T00:00:00.000Z",
      RedriveCount: 0,
    },
    0,
  ),
  "context-state": gives("$$.State", { Name: "S", EnteredTime: "1970-01-01T00:00:00.000Z" }),
  "context-machine": gives("$$.StateMachine", { Id: `${arn}:stateMachine:test`, Name: "test" }),
  "context-task": {
    definition: only({
      Type: "Task",
      Resource: `${invoke}.waitForTaskToken`,
      Parameters: { "token.$": "$$.Task.Token" },
    }),
    tasks: () => ({
      [`${invoke}.waitForTaskToken`]: (parameters, { taskToken, settle }) => {
        void settle({ output: (parameters as { token: Json }).token === taskToken });
        return null;
      },
    }),
    output: true,
  },
  "context-item": {
    definition: only({
      Type: "Map",
      ItemProcessor: only(
        {
          Type: "Pass",
          Parameters: { "i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value" },
        },
        "I",
      ),
    }),
    input: ["a"],
    output: [{ i: 0, v: "a" }],
  },
};
