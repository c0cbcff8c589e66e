import { expect, test } from "vitest";
import { readFunctionName } from "./function-name.ts";

const place = { accountId: "000000000000", region: "us-east-1" };
const arn = "arn:aws:lambda:us-east-1:000000000000:function:resize";

test.each(["resize", "function:resize", "000000000000:function:resize", arn])(
  "%s names the function",
  (text) => {
    expect(readFunctionName(text, place)).toEqual({ name: "resize", arn });
  },
);

test.each(["resize:$LATEST", `${arn}:$LATEST`])("%s names its latest version", (text) => {
  expect(readFunctionName(text, place)).toEqual({ name: "resize", arn, qualifier: "$LATEST" });
});

test("an ARN of another account is not one of ours", () => {
  const other = "arn:aws:lambda:eu-west-1:111111111111:function:resize";

  expect(readFunctionName(other, place).arn).toBe(other);
});

test.each(["", "a b", "arn:aws:sqs:us-east-1:000000000000:resize", "x".repeat(65)])(
  "%o is no function name",
  (text) => {
    expect(() => readFunctionName(text, place)).toThrow(/at 'functionName' failed to satisfy/);
  },
);
