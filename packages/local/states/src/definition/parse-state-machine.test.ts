import { describe, expect, it } from "vitest";
import { InvalidDefinitionError } from "./invalid-definition-error.ts";
import { parseStateMachine } from "./parse-state-machine.ts";
import type { ParseOptions } from "./state-context.ts";

const lambda = "arn:aws:lambda:us-east-1:111111111111:function:f";

/** What is wrong with a machine of this one state. */
function faults(state: object, options?: ParseOptions): string[] {
  return faultsOf(
    { StartAt: "S", States: { S: state, Next: { Type: "Succeed" } } },
    options,
  ).filter(
    (fault) =>
      fault !== 'MISSING_TRANSITION_TARGET: State "Next" is not reachable. at /States/Next',
  );
}

function faultsOf(definition: object | string, options?: ParseOptions): string[] {
  try {
    const text = typeof definition === "string" ? definition : JSON.stringify(definition);
    parseStateMachine(text, options);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidDefinitionError)) throw error;
    return error.diagnostics.map(
      ({ code, message, location }) => `${code}: ${message} at ${location ?? null}`,
    );
  }
}

const inner = { StartAt: "I", States: { I: { Type: "Succeed" } } };

const schema = (message: string, location: string) => [
  `SCHEMA_VALIDATION_FAILED: ${message} at ${location}`,
];

describe("parseStateMachine", () => {
  it("takes every field of every type of state", () => {
    const data = { InputPath: "$.a", OutputPath: null, Comment: "c" };
    const shaped = {
      ...data,
      Parameters: { "a.$": "$" },
      ResultSelector: { "b.$": "$" },
      ResultPath: "$.r",
      Retry: [
        {
          ErrorEquals: ["A", "B"],
          IntervalSeconds: 0,
          MaxAttempts: 0,
          BackoffRate: 1,
          MaxDelaySeconds: 1,
          JitterStrategy: "NONE",
          Comment: "c",
        },
        { ErrorEquals: ["States.ALL"] },
      ],
      Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: null, Next: "Wait", Comment: "c" }],
    };
    const branch = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: "Pass", End: true } },
    });
    expect(
      faultsOf({
        Comment: "c",
        Version: "1.0",
        QueryLanguage: "JSONPath",
        TimeoutSeconds: 1,
        StartAt: "Task",
        States: {
          Task: {
            Type: "Task",
            QueryLanguage: "JSONPath",
            Resource: lambda,
            TimeoutSeconds: 2,
            HeartbeatSeconds: 1,
            Next: "Parallel",
            ...shaped,
          },
          Parallel: {
            Type: "Parallel",
            Branches: [branch("A"), branch("B")],
            Next: "Map",
            ...shaped,
          },
          Map: {
            Type: "Map",
            ...data,
            ItemsPath: "$$.Execution.Input.items",
            ItemSelector: { "v.$": "$$.Map.Item.Value" },
            MaxConcurrency: 1,
            ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...branch("I") },
            Next: "OldMap",
          },
          OldMap: {
            Type: "Map",
            Parameters: { "v.$": "$$.Map.Item.Value" },
            MaxConcurrencyPath: "$.n",
            Iterator: branch("J"),
            Next: "Pass",
          },
          Pass: { Type: "Pass", Result: null, ResultPath: "$.r", Next: "Wait", ...data },
          Wait: { Type: "Wait", SecondsPath: "$.s", Next: "Choice", ...data },
          Choice: {
            Type: "Choice",
            Choices: [{ Variable: "$.a", IsPresent: true, Next: "Succeed", Comment: "c" }],
            Default: "Fail",
            ...data,
          },
          Succeed: { Type: "Succeed", ...data },
          Fail: {
            Type: "Fail",
            ErrorPath: "$.e",
            CausePath: "States.Format('{}', $.c)",
            Comment: "c",
          },
        },
      }),
    ).toEqual([]);
  });

  it("says all faults in one message, as CreateStateMachine does", () => {
    const parse = () =>
      parseStateMachine(
        '{"StartAt":"a","States":{"a":{"Type":"Pass","Next":"b"},"c":{"Type":"Pass","End":true}}}',
      );
    expect(parse).toThrow(
      "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: b at /States/a/Next, " +
        `MISSING_TRANSITION_TARGET: State "c" is not reachable. at /States/c'`,
    );
  });

  it.each<[string, string[]]>([
    ["", ["MISSING_DESCRIPTION: The definition is empty at null"]],
    ["[]", ["SCHEMA_VALIDATION_FAILED: Expected value of type Object at null"]],
    ["{", [expect.stringMatching(/^INVALID_JSON_DESCRIPTION: /)]],
    ["{}", ["SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt, States] at null"]],
    [
      '{"StartAt":"a","States":{"a":{"Type":"Pass","End":true},"a":{"Type":"Succeed"}}}',
      ["DUPLICATE_STATE_NAME: Duplicate State name: a at /States/a"],
    ],
    [
      '{"StartAt":"a","StartAt":"a","States":{"a":{"Type":"Succeed"}}}',
      ["INVALID_JSON_DESCRIPTION: Duplicate field 'StartAt' at /StartAt"],
    ],
    [
      '{"StartAt":"a","States":{"a":{"Type":"Succeed"}},"Version":"2.0","Extra":1,"TimeoutSeconds":-1}',
      [
        "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [1.0] at /Version",
        "SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /TimeoutSeconds",
        "SCHEMA_VALIDATION_FAILED: Field 'Extra' is not supported at null",
      ],
    ],
    [
      '{"QueryLanguage":"JSONata","StartAt":"a","States":{"a":{"Type":"Succeed","Output":1}}}',
      [
        "SCHEMA_VALIDATION_FAILED: The QueryLanguage 'JSONata' is not supported by this engine at /QueryLanguage",
      ],
    ],
  ])("refuses %s", (text, expected) => {
    expect(faultsOf(text)).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    [
      "a machine that can't end",
      { StartAt: "A", States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } } },
      ["MISSING_END_STATE: Workflow has no terminal state at null"],
    ],
    [
      "a StartAt that is no state",
      { StartAt: "Nope", States: { A: { Type: "Pass", End: true } } },
      [
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: Nope at /StartAt",
        'MISSING_TRANSITION_TARGET: State "A" is not reachable. at /States/A',
      ],
    ],
    [
      "a StartAt that is no text",
      { StartAt: 5, States: { A: { Type: "Pass", End: true } } },
      ["SCHEMA_VALIDATION_FAILED: Expected value of type String at /StartAt"],
    ],
    [
      "what is wrong with states before where they lead",
      { StartAt: "A", States: { A: { Type: "Pass", Next: "B", Extra: 1 } } },
      [
        "SCHEMA_VALIDATION_FAILED: Field 'Extra' is not supported at /States/A",
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
        "MISSING_END_STATE: Workflow has no terminal state at null",
      ],
    ],
    [
      "targets of choices and catchers that don't exist",
      {
        StartAt: "T",
        States: {
          T: {
            Type: "Task",
            Resource: lambda,
            Catch: [{ ErrorEquals: ["States.ALL"], Next: "G1" }],
            Next: "C",
          },
          C: {
            Type: "Choice",
            Choices: [{ Variable: "$", IsNull: true, Next: "G2" }],
            Default: "G3",
          },
          End: { Type: "Succeed" },
        },
      },
      [
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: G1 at /States/T/Catch[0]/Next",
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: G2 at /States/C/Choices[0]/Next",
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: G3 at /States/C/Default",
        'MISSING_TRANSITION_TARGET: State "End" is not reachable. at /States/End',
      ],
    ],
    [
      "a state of a branch that nothing leads to, and a name that was used before",
      {
        StartAt: "P",
        States: {
          P: {
            Type: "Parallel",
            Branches: [
              { StartAt: "A", States: { A: { Type: "Succeed" }, P: { Type: "Succeed" } } },
            ],
            End: true,
          },
        },
      },
      [
        "DUPLICATE_STATE_NAME: Duplicate State name: P at /States/P/Branches[0]/States/P",
        'MISSING_TRANSITION_TARGET: State "P" is not reachable. at /States/P/Branches[0]/States/P',
      ],
    ],
    [
      "a name that is too long",
      { StartAt: "x".repeat(81), States: { ["x".repeat(81)]: { Type: "Succeed" } } },
      [
        `INVALID_STATE_NAME: State name '${"x".repeat(81)}' exceeds the 80-character limit allowed by the service at /States/${"x".repeat(81)}`,
      ],
    ],
    [
      "a state without a name",
      { StartAt: "", States: { "": { Type: "Succeed" } } },
      ["INVALID_STATE_NAME: State name cannot be empty at /States/"],
    ],
  ])("refuses %s", (_, definition, expected) => {
    expect(faultsOf(definition)).toEqual(expected);
  });

  it.each<[object, string[]]>([
    [{}, schema("These fields are required: [Type]", "/States/S")],
    [
      { Type: "Nope" },
      schema(
        "Value should be one of the following: [Task, Choice, Parallel, Map, Pass, Wait, Succeed, Fail]",
        "/States/S/Type",
      ),
    ],
    [
      { Type: "Pass" },
      schema("This object should have only one of the following fields: [Next, End]", "/States/S"),
    ],
    [
      { Type: "Pass", Next: "Next", End: true },
      schema("There should only be one of the following fields: [Next, End]", "/States/S"),
    ],
    [{ Type: "Pass", End: true, Extra: 1 }, schema("Field 'Extra' is not supported", "/States/S")],
    [
      { Type: "Pass", End: true, TimeoutSeconds: 1 },
      schema("Field 'TimeoutSeconds' is not supported", "/States/S"),
    ],
    [{ Type: "Pass", End: true, Catch: [] }, schema("Field 'Catch' is not supported", "/States/S")],
    [
      { Type: "Pass", End: true, Assign: [] },
      schema("Expected value of type Object", "/States/S/Assign"),
    ],
    [
      { Type: "Pass", End: true, Assign: { "states.$": "$" } },
      schema("The variable name 'states' is reserved", "/States/S/Assign"),
    ],
    [
      { Type: "Pass", End: true, Assign: { "a b": 1 } },
      schema("'a b' is not a valid variable name", "/States/S/Assign"),
    ],
    [
      { Type: "Pass", End: true, Assign: { ["é".repeat(81)]: 1 } },
      schema(
        `The variable name '${"é".repeat(81)}' is longer than 80 characters`,
        "/States/S/Assign",
      ),
    ],
    [
      { Type: "Pass", End: true, ResultPath: "$name" },
      schema(
        "Value is not a Reference Path: unexpected characters at 'name' of $name",
        "/States/S/ResultPath",
      ),
    ],
    [{ Type: "Succeed", Assign: {} }, schema("Field 'Assign' is not supported", "/States/S")],
    [
      { Type: "Fail", Error: "E", Assign: {} },
      schema("Field 'Assign' is not supported", "/States/S"),
    ],
    [
      // Nothing else of it is said to be wrong.
      { Type: "Pass", End: true, QueryLanguage: "JSONata", Output: "{% 1 %}" },
      schema(
        "The QueryLanguage 'JSONata' is not supported by this engine",
        "/States/S/QueryLanguage",
      ),
    ],
    [
      { Type: "Pass", End: true, Output: {} },
      schema(
        "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage",
        "/States/S",
      ),
    ],
    [{ Type: "Pass", End: "yes" }, schema("Expected value of type Boolean", "/States/S/End")],
    [
      { Type: "Pass", End: true, Parameters: "$" },
      schema("Expected value of type Object", "/States/S/Parameters"),
    ],
    [
      { Type: "Pass", End: true, InputPath: "a" },
      schema("Value must be a valid JSONPath.", "/States/S/InputPath"),
    ],
    [
      { Type: "Pass", End: true, OutputPath: "$.a[" },
      schema(
        "Value must be a valid JSONPath: expected a name, a number, * or ?() at its end of $.a[",
        "/States/S/OutputPath",
      ),
    ],
    [
      { Type: "Pass", End: true, ResultPath: "a" },
      schema(
        "Value is not a Reference Path: Reference path didn't start with '$'",
        "/States/S/ResultPath",
      ),
    ],
    [
      { Type: "Wait", End: true, SecondsPath: "$.a[*]" },
      schema("Value is not a Reference Path", "/States/S/SecondsPath"),
    ],
    [
      { Type: "Map", End: true, ItemsPath: "$.a.length()", ItemProcessor: inner },
      schema("Value is not a Reference Path", "/States/S/ItemsPath"),
    ],
    [
      { Type: "Choice", Choices: [{ Variable: "a", IsNull: true, Next: "Next" }] },
      schema(
        "Value is not a Reference Path: Reference path didn't start with '$'",
        "/States/S/Choices[0]/Variable",
      ),
    ],
    [
      { Type: "Pass", End: true, Assign: { list: [{ "a.$": "text" }] } },
      schema(
        "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call",
        "/States/S/Assign",
      ),
    ],
    [
      { Type: "Pass", End: true, ResultPath: "$.a[*]" },
      schema(
        "Value is not a Reference Path: $.a[*] can match more than one node",
        "/States/S/ResultPath",
      ),
    ],
    [{ Type: "Task", End: true }, schema("These fields are required: [Resource]", "/States/S")],
    [
      { Type: "Task", End: true, Resource: "f" },
      schema("Value is not a valid resource ARN", "/States/S/Resource"),
    ],
    [
      { Type: "Task", End: true, Resource: lambda, TimeoutSeconds: 0 },
      schema("Minimum value is 1", "/States/S/TimeoutSeconds"),
    ],
    [
      { Type: "Task", End: true, Resource: lambda, TimeoutSeconds: 1, TimeoutSecondsPath: "$.t" },
      schema(
        "There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]",
        "/States/S",
      ),
    ],
    [
      { Type: "Task", End: true, Resource: lambda, TimeoutSeconds: 1, HeartbeatSeconds: 1 },
      schema("HeartbeatSeconds must be smaller than TimeoutSeconds", "/States/S/HeartbeatSeconds"),
    ],
    [
      {
        Type: "Task",
        End: true,
        Resource: lambda,
        Retry: [{ ErrorEquals: ["A"], MaxAttempts: -1 }],
      },
      schema("Minimum value is 0", "/States/S/Retry[0]/MaxAttempts"),
    ],
    [
      {
        Type: "Task",
        End: true,
        Resource: lambda,
        Retry: [{ ErrorEquals: ["A"], BackoffRate: 0.5 }],
      },
      schema("Minimum value is 1.0", "/States/S/Retry[0]/BackoffRate"),
    ],
    [
      {
        Type: "Task",
        End: true,
        Resource: lambda,
        Retry: [{ ErrorEquals: ["A"], JitterStrategy: "SOME" }],
      },
      schema(
        "Value should be one of the following: [NONE, FULL]",
        "/States/S/Retry[0]/JitterStrategy",
      ),
    ],
    [
      { Type: "Task", End: true, Resource: lambda, Retry: [{ ErrorEquals: [] }] },
      schema("Value cannot be empty", "/States/S/Retry[0]/ErrorEquals"),
    ],
    [
      {
        Type: "Task",
        End: true,
        Resource: lambda,
        Retry: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["A"] }],
      },
      schema("States.ALL must appear alone and at end of list", "/States/S/Retry[0]/ErrorEquals"),
    ],
    [
      { Type: "Task", End: true, Resource: lambda, Catch: [{ ErrorEquals: ["A"] }] },
      schema("These fields are required: [Next]", "/States/S/Catch[0]"),
    ],
    [{ Type: "Choice" }, schema("These fields are required: [Choices]", "/States/S")],
    [{ Type: "Choice", Choices: [] }, schema("Value cannot be empty", "/States/S/Choices")],
    [
      { Type: "Choice", Choices: [{ Variable: "$", IsNull: true }] },
      schema("These fields are required: [Next]", "/States/S/Choices[0]"),
    ],
    [
      { Type: "Choice", Choices: [{ Next: "Next" }] },
      schema(
        "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]",
        "/States/S/Choices[0]",
      ),
    ],
    [
      { Type: "Choice", Choices: [{ Variable: "$", Next: "Next" }] },
      [
        expect.stringMatching(
          /: This object should have only one of the following fields: \[StringEquals, .*IsPresent\] at /,
        ),
      ],
    ],
    [
      { Type: "Choice", Choices: [{ Variable: "$", IsNull: true, IsString: true, Next: "Next" }] },
      [
        expect.stringMatching(
          /: There should only be one of the following fields: \[StringEquals, .*IsPresent\] at /,
        ),
      ],
    ],
    [
      { Type: "Choice", Choices: [{ Variable: "$", StringMatchesPath: "$", Next: "Next" }] },
      [
        expect.stringContaining("This object should have only one of the following fields"),
        ...schema("Field 'StringMatchesPath' is not supported", "/States/S/Choices[0]"),
      ],
    ],
    [
      { Type: "Choice", Choices: [{ Variable: "$", NumericEquals: "1", Next: "Next" }] },
      schema("Expected value of type Number", "/States/S/Choices[0]/NumericEquals"),
    ],
    [
      { Type: "Choice", Choices: [{ Variable: "$", TimestampEquals: "2020", Next: "Next" }] },
      schema("String does not match RFC3339 timestamp", "/States/S/Choices[0]/TimestampEquals"),
    ],
    [
      {
        Type: "Choice",
        Choices: [{ Not: { Variable: "$", IsNull: true, Next: "Next" }, Next: "Next" }],
      },
      schema("Field 'Next' is not supported", "/States/S/Choices[0]/Not"),
    ],
    [
      { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "Next" }] },
      schema(
        "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage",
        "/States/S/Choices[0]",
      ),
    ],
    [
      {
        Type: "Task",
        End: true,
        Resource: lambda,
        Catch: [{ ErrorEquals: ["A"], Output: {}, Next: "Next" }],
      },
      schema(
        "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage",
        "/States/S/Catch[0]",
      ),
    ],
    [
      { Type: "Choice", Choices: [{ And: [], Next: "Next" }] },
      schema("Value cannot be empty", "/States/S/Choices[0]/And"),
    ],
    [
      { Type: "Wait", End: true },
      schema(
        "This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]",
        "/States/S",
      ),
    ],
    [
      { Type: "Wait", End: true, Seconds: 1.5 },
      schema("Expected value of type Integer", "/States/S/Seconds"),
    ],
    [
      { Type: "Wait", End: true, Timestamp: "soon" },
      schema("String does not match RFC3339 timestamp", "/States/S/Timestamp"),
    ],
    [
      { Type: "Fail", Error: "a", ErrorPath: "$.a" },
      schema("There should only be one of the following fields: [Error, ErrorPath]", "/States/S"),
    ],
    [{ Type: "Fail", End: true }, schema("Field 'End' is not supported", "/States/S")],
    [
      { Type: "Parallel", End: true, Branches: [] },
      schema("Value cannot be empty", "/States/S/Branches"),
    ],
    [
      { Type: "Parallel", End: true, Branches: [{ StartAt: "A" }] },
      schema("These fields are required: [States]", "/States/S/Branches[0]"),
    ],
    [
      { Type: "Map", End: true },
      schema(
        "This object should have only one of the following fields: [ItemProcessor, Iterator]",
        "/States/S",
      ),
    ],
  ])("refuses the state %j", (state, expected) => {
    expect(faults(state)).toEqual(expected);
  });

  it("refuses a resource that the host can't run", () => {
    const state = { Type: "Task", End: true, Resource: "arn:aws:states:::sns:publish" };
    const supportsResource = (resource: string) => !resource.includes("sns");
    expect(faults(state, { supportsResource })).toEqual(
      schema(
        "The resource provided arn:aws:states:::sns:publish is not recognized. " +
          "The value is not a valid resource ARN, or the resource is not available in this region.",
        "/States/S/Resource",
      ),
    );
    expect(faults(state)).toEqual([]);
  });

  it("reads a definition of a thousand states within one another", () => {
    let branch: object = { StartAt: "L0", States: { L0: { Type: "Succeed" } } };
    for (let level = 1; level <= 1000; level += 1) {
      const name = `L${level}`;
      branch = {
        StartAt: name,
        States: { [name]: { Type: "Parallel", Branches: [branch], End: true } },
      };
    }
    expect(faultsOf(branch)).toEqual([]);
    const deeper = { Type: "Parallel", Branches: [branch], End: true };
    expect(faultsOf({ StartAt: "L1001", States: { L1001: deeper } })).toEqual([
      expect.stringContaining("SCHEMA_VALIDATION_FAILED: Branches may be 1000 levels deep at "),
    ]);
  });
});

it("refuses a template that is nested too deeply, and none that is nested deeply", () => {
  const nested = (depth: number) => {
    const parameters = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    return `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":${parameters}}}}`;
  };
  expect(() => parseStateMachine(nested(900))).not.toThrow();
  expect(() => parseStateMachine(nested(5000))).toThrow(/1000 levels deep/);
});

it.each(["(", "!", "@[?("])("refuses a filter of thousands of %s", (opening) => {
  const path = `$[?(${opening.repeat(5000)}`;
  const definition = { StartAt: "A", States: { A: { Type: "Pass", End: true, InputPath: path } } };
  expect(() => parseStateMachine(JSON.stringify(definition))).toThrow(InvalidDefinitionError);
});
