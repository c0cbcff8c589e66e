import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

test("without any variable it is dev in us-east-1, with the state in a file", () => {
  expect(readSettings({})).toEqual({
    stage: "dev",
    region: "us-east-1",
    stateBucket: undefined,
    syncSources: ["sfn-image-workshop-bulk-photo-copy-us-east-1"],
  });
});

test("variables say otherwise", () => {
  const environment = {
    DARKROOM_STAGE: "prod",
    AWS_REGION: "eu-central-1",
    DARKROOM_STATE_BUCKET: "my-states",
    DARKROOM_SYNC_SOURCES: "photos-of-2024,photos-of-2025",
  };
  expect(readSettings(environment)).toEqual({
    stage: "prod",
    region: "eu-central-1",
    stateBucket: "my-states",
    syncSources: ["photos-of-2024", "photos-of-2025"],
  });
});

test.each([
  ["DARKROOM_STAGE", "Prod"],
  ["DARKROOM_STAGE", "-dev"],
  ["DARKROOM_STAGE", "seventeen-letters"],
  ["DARKROOM_STAGE", ""],
  ["AWS_REGION", "Frankfurt"],
  ["DARKROOM_STATE_BUCKET", "My_States"],
  ["DARKROOM_SYNC_SOURCES", ""],
  ["DARKROOM_SYNC_SOURCES", "photos, more"],
  ["DARKROOM_SYNC_SOURCES", "Photos"],
])("%s=%j is refused with its name and value", (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(
    new RegExp(`^${name} is .*, not ${JSON.stringify(value)}$`),
  );
});
