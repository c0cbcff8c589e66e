import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { layerFolders, stackFile } from "./index.ts";
import { infraFolder } from "./locations.ts";
import { resources, synthesizedStack } from "./testing/synthesized-stack.ts";

test("every layer of the stack has a folder that stands for it here, with its packages", () => {
  const layers = [
    ...resources<{ layer_name: string }>(synthesizedStack(), "aws_lambda_layer_version").values(),
  ];
  expect([...layerFolders.keys()]).toEqual(layers.map(({ layer_name }) => layer_name));
  for (const folder of layerFolders.values()) {
    expect(existsSync(join(folder, "node_modules/sharp/package.json"))).toBe(true);
  }
});

test("the stack file lies where cdktf.json makes the cdktf command look for it", () => {
  const { output } = JSON.parse(readFileSync(join(infraFolder, "cdktf.json"), "utf8"));
  expect(stackFile).toBe(join(infraFolder, output, "stacks/darkroom/cdk.tf.json"));
});
