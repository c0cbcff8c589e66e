import { expect, test } from "vitest";
import * as z from "zod";
import { functionMemoryBytes, parseEnvironment } from "./environment.ts";

const schema = z.object({
  IMAGE_TABLE: z.string().min(1),
  STATE_MACHINE_ARN: z.string().startsWith("arn:"),
});

test("an environment that has everything is given back", () => {
  const environment = { IMAGE_TABLE: "images", STATE_MACHINE_ARN: "arn:x", PATH: "/bin" };
  expect(parseEnvironment(schema, environment)).toEqual({
    IMAGE_TABLE: "images",
    STATE_MACHINE_ARN: "arn:x",
  });
});

test("a variable that is missing is named", () => {
  expect(() => parseEnvironment(schema, { STATE_MACHINE_ARN: "arn:x" })).toThrow(
    "Environment variable IMAGE_TABLE is missing.",
  );
});

test("a variable that can't be right is named with its value", () => {
  const environment = { IMAGE_TABLE: "images", STATE_MACHINE_ARN: "images" };
  expect(() => parseEnvironment(schema, environment)).toThrow(
    'Environment variable STATE_MACHINE_ARN is "images": ',
  );
});

test("a function's memory is told in bytes", () => {
  expect(functionMemoryBytes({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512" })).toBe(536_870_912);
  expect(() => functionMemoryBytes({})).toThrow("AWS_LAMBDA_FUNCTION_MEMORY_SIZE is missing");
});
