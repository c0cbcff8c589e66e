import { expect, test } from "vitest";
import { loadStack } from "../load-stack.ts";

const stackWith = (activity: object) =>
  JSON.stringify({
    resource: { aws_sfn_activity: { approve: activity } },
    output: { arn: { value: "${aws_sfn_activity.approve.arn}" } },
  });

test("an activity of the stack is known by its name, and its ARN to what refers to it", () => {
  const stack = stackWith({ name: "approve", tags: { team: "photos" } });
  const { draft, outputs } = loadStack(stack, "000000000000");

  expect([...draft.activities.values()]).toEqual([{ name: "approve" }]);
  expect(outputs.get("arn")).toBe("arn:aws:states:us-east-1:000000000000:activity:approve");
});

test.each([
  [{ name: "x".repeat(81) }, "name"],
  [{ name: "a", encryption_configuration: { type: "CUSTOMER_MANAGED_KMS_KEY" } }, "encryption"],
  [{ name: "a", color: "red" }, "color"],
])("what an activity can't have is an error that names it: %j", (activity, field) => {
  expect(() => loadStack(stackWith(activity), "000000000000")).toThrow(field);
});
