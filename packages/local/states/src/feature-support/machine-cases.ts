import { type FeatureCases, only, withOther } from "./feature-case.ts";

const pass = only({ Type: "Pass" });

/** The machine's own fields, and those that all or most types of state have. */
export const machineCases: FeatureCases = {
  "machine-start-at": { definition: pass, input: "", output: "" },
  "machine-unreachable": { definition: withOther({ Type: "Succeed" }), refused: "Other" },
  "machine-dangling": {
    definition: { StartAt: "S", States: { S: { Type: "Pass", Next: "Nowhere" } } },
    refused: "Nowhere",
  },
  "machine-comment": { definition: { ...pass, Comment: "says nothing" }, input: 1, output: 1 },
  "machine-version": { definition: { ...pass, Version: "1.0" }, input: 1, output: 1 },
  "machine-timeout": {
    definition: { ...only({ Type: "Wait", Seconds: 60 }), TimeoutSeconds: 10 },
    status: "TIMED_OUT",
    seconds: 10,
  },
  "machine-jsonpath": { definition: { ...pass, QueryLanguage: "JSONPath" }, input: 1, output: 1 },
  "machine-jsonata": {
    definition: { ...pass, QueryLanguage: "JSONata" },
    refused: "JSONata",
  },
  "machine-unknown": { definition: { ...pass, Colour: "red" }, refused: "Colour" },
  "state-comment": { definition: only({ Type: "Pass", Comment: "c" }), input: 1, output: 1 },
  "state-jsonata": {
    definition: only({ Type: "Pass", QueryLanguage: "JSONata" }),
    refused: "JSONata",
  },
  "state-jsonata-fields": {
    definition: only({ Type: "Pass", Output: "{% 1 %}" }),
    refused: "Output",
  },
  "state-unknown": { definition: only({ Type: "Pass", Colour: "red" }), refused: "Colour" },
  "state-next": {
    definition: withOther({ Type: "Pass", Next: "Other" }),
    input: 1,
    output: "other",
  },
  "state-end": { definition: only({ Type: "Pass" }), input: [0], output: [0] },
  "state-input-path": {
    definition: only({ Type: "Pass", InputPath: "$.a" }),
    input: { a: 0, b: 1 },
    output: 0,
  },
  "state-input-path-null": {
    definition: only({ Type: "Pass", InputPath: null }),
    input: { a: 0 },
    output: {},
  },
  "state-output-path": {
    definition: only({ Type: "Pass", OutputPath: "$.a" }),
    input: { a: false },
    output: false,
  },
  "state-output-path-null": {
    definition: only({ Type: "Pass", OutputPath: null }),
    input: { a: 0 },
    output: {},
  },
  "state-assign": {
    definition: {
      StartAt: "S",
      States: {
        S: { Type: "Pass", Assign: { "n.$": "$.n", fixed: "f" }, Next: "T" },
        T: { Type: "Pass", Parameters: { "n.$": "$n", "fixed.$": "$fixed" }, End: true },
      },
    },
    input: { n: 0 },
    output: { n: 0, fixed: "f" },
  },
};
