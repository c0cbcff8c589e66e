import { afterAll, beforeAll, expect, test } from "vitest";
import { place } from "../../testing/test-endpoint.ts";
import {
  type IntegrationHost,
  machineRole,
  openIntegrationHost,
} from "./testing/integration-host.ts";

let host: IntegrationHost;
const mayAll = { Effect: "Allow", Action: "*", Resource: "*" };

beforeAll(() => {
  host = openIntegrationHost();
});
afterAll(() => host.close());

let machines = 0;

/** Asks, with the role of the state's Credentials, who that is. */
async function runAs(RoleArn: string): Promise<Record<string, unknown>> {
  machines += 1;
  const machine = await host.createMachine(`credentials-${machines}`, {
    StartAt: "Who",
    States: {
      Who: {
        Type: "Task",
        Resource: "arn:aws:states:::aws-sdk:sts:getCallerIdentity",
        Credentials: { RoleArn },
        OutputPath: "$.Arn",
        End: true,
      },
    },
  });
  return host.ended(await host.start(machine));
}

test("a task is run with the role of its Credentials, when that role trusts the machine's", async () => {
  const role = host.putTrustingRole("by-name", { AWS: machineRole }, mayAll);
  const { output } = await runAs(role);
  expect(output).toContain(":assumed-role/by-name/");
});

test("a role that trusts the account is to be had by what the machine's role may", async () => {
  const account = `arn:aws:iam::${place.accountId}:root`;
  const role = host.putTrustingRole("by-account", { AWS: account }, mayAll);
  expect(await runAs(role)).toMatchObject({ status: "SUCCEEDED" });
});

test.each(["states-only", "not-there"])(
  "a role that doesn't trust is refused: %s",
  async (name) => {
    if (name === "states-only") host.putRole(name, mayAll);
    const roleArn = `arn:aws:iam::${place.accountId}:role/${name}`;
    expect(await runAs(roleArn)).toMatchObject({
      status: "FAILED",
      error: "States.TaskFailed",
      cause: `The role ${machineRole} is not authorized to assume the task state's role, ${roleArn}.`,
    });
  },
);
