import { relative } from "node:path";
import { outputFolder } from "./locations.ts";
import { readSettings } from "./settings.ts";
import { synthesize } from "./synthesize.ts";

try {
  const file = synthesize(readSettings(process.env), outputFolder);
  console.log(relative(process.cwd(), file));
} catch (error) {
  console.error(`synth: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
