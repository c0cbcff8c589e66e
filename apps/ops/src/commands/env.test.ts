import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { Target } from "../target.ts";
import { shellLines } from "./env.ts";

const target: Target = {
  endpointUrl: "http://127.0.0.1:4566",
  region: "us-east-1",
  credentials: { accessKeyId: "AKIA0", secretAccessKey: "it's $HOME `and` \\ more" },
  resources: {
    DARKROOM_LANDING_BUCKET: "landing",
    DARKROOM_IMAGE_TABLE: "images",
    DARKROOM_ALBUM_TABLE: "albums",
    DARKROOM_IMAGE_MACHINE_ARN: "arn:machine",
    DARKROOM_SYNC_MACHINE_ARN: "arn:sync",
    DARKROOM_RUN_BUCKET: "runs",
    DARKROOM_APPROVAL_ACTIVITY_ARN: "arn:activity",
    DARKROOM_DECISION_TABLE: "decisions",
    DARKROOM_EVENT_QUEUE: "events",
    DARKROOM_START_FUNCTION: "start",
  },
};

test("a shell that evaluates the lines has each value as it is, and no leftover session", () => {
  const script = `${shellLines(target).join("\n")}\nprintf '%s|' "$AWS_SECRET_ACCESS_KEY" "$AWS_ENDPOINT_URL" "$DARKROOM_START_FUNCTION" "$AWS_SESSION_TOKEN" "$AWS_PROFILE"`;

  const output = execFileSync("/bin/sh", ["-c", script], {
    env: { AWS_SESSION_TOKEN: "old", AWS_PROFILE: "work" },
    encoding: "utf8",
  });

  expect(output).toBe(`${target.credentials.secretAccessKey}|http://127.0.0.1:4566|start|||`);
});
