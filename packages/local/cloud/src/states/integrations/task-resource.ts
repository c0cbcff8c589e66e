import type { Pattern } from "./integration.ts";

/** What a Task's Resource names. */
export type TaskResource =
  | { readonly kind: "function"; readonly functionName: string }
  | { readonly kind: "activity" }
  | {
      readonly kind: "integration";
      /** e.g. `sqs:sendMessage`, `aws-sdk:s3:getObject`: without the pattern. */
      readonly name: string;
      readonly pattern: Pattern | undefined;
    };

const lambdaFunction = /^arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;
const activity = /^arn:aws:states:[\w-]+:\d{12}:activity:.+$/;
const integration =
  /^arn:aws:states:[\w-]*::((?:aws-sdk:)?\w+:\w+)(?:\.(waitForTaskToken|sync|sync:2))?$/;

/** undefined for what is none. */
export function parseTaskResource(resource: string): TaskResource | undefined {
  if (lambdaFunction.test(resource)) return { kind: "function", functionName: resource };
  if (activity.test(resource)) return { kind: "activity" };
  const [, name, pattern] = integration.exec(resource) ?? [];
  return name === undefined
    ? undefined
    : { kind: "integration", name, pattern: pattern as Pattern | undefined };
}
