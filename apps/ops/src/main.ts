#!/usr/bin/env node
import { interruptible } from "./interruptible.ts";
import { runCommand } from "./run-command.ts";
import { readSettings } from "./settings.ts";
import { createTerminal } from "./terminal.ts";

const { env, stdout, stderr } = process;

// Whoever read our output has gone, as in `darkroom … | head`: nobody is left to tell anything.
for (const stream of [stdout, stderr]) stream.on("error", () => process.exit(1));

const code = await runCommand(
  process.argv.slice(2),
  {
    terminal: createTerminal(stdout, stderr, env),
    settings: () => readSettings(env),
    interruptible,
  },
  stdout,
  Boolean(env.DARKROOM_DEBUG),
);
// Into a pipe, writing goes on after the call: wait for it.
await new Promise((resolve) => stdout.write("", resolve));
process.exit(code);
