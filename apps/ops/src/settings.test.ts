import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

test("an empty environment gives the defaults", () => {
  expect(readSettings({})).toEqual({
    dataFolder: `${process.cwd()}/.darkroom`,
    shownDataFolder: ".darkroom",
    port: 4566,
    vision: "model",
    reviewer: undefined,
  });
});

test("a variable that is set to nothing counts as not set", () => {
  const nothing = { DARKROOM_DATA: "", DARKROOM_PORT: "", DARKROOM_VISION: "" };

  expect(readSettings(nothing)).toEqual(readSettings({}));
});

test("an absolute data folder, a port and the fast labels are taken as they are", () => {
  const given = { DARKROOM_DATA: "/srv/photos", DARKROOM_PORT: "8001", DARKROOM_VISION: "fast" };

  expect(readSettings(given)).toMatchObject({
    dataFolder: "/srv/photos",
    port: 8001,
    vision: "fast",
  });
});

test.each([
  ["DARKROOM_PORT", "http", 'DARKROOM_PORT is "http": give a port from 1 to 65535'],
  ["DARKROOM_PORT", "0", 'DARKROOM_PORT is "0": give a port from 1 to 65535'],
  ["DARKROOM_PORT", "70000", 'DARKROOM_PORT is "70000": give a port from 1 to 65535'],
  ["DARKROOM_PORT", "80.5", 'DARKROOM_PORT is "80.5": give a port from 1 to 65535'],
  ["DARKROOM_VISION", "slow", 'DARKROOM_VISION is "slow": give model or fast'],
])("%s=%s is bad usage, in one line", (name, value, line) => {
  expect(() => readSettings({ [name]: value })).toThrow(
    expect.objectContaining({ message: line, exitCode: 2 }),
  );
});
