import { once } from "node:events";
import type { Command } from "commander";
import { prepareDemoPhotos } from "../../demo/prepare-demo-photos.ts";
import { bringInDemo } from "../bring-in-demo.ts";
import type { Context } from "../context.ts";
import { lineOf } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { readCloudRecord } from "../local/cloud-record.ts";
import type { Terminal } from "../terminal.ts";

/** `darkroom start [--no-demo]` */
export function addStart(program: Command, context: Context): void {
  program
    .command("start")
    .option("--no-demo", "don't bring in the demo photos on the first run")
    .description("start the local cloud; Ctrl-C stops it, and everything is kept")
    .action(({ demo }: { demo: boolean }) => start(context, demo));
}

async function start(context: Context, demo: boolean): Promise<void> {
  const { terminal } = context;
  const settings = context.settings();
  const interrupted = context.interruptible();
  const before = (await readCloudRecord(settings.dataFolder).catch(() => undefined))?.demo;
  // Once for each data folder, and to its end: a run that was stopped meanwhile does it again.
  const photos =
    demo && (before === undefined || before === "begun") ? await prepareDemoPhotos() : undefined;
  interrupted.addEventListener("abort", () => void photos?.discard());
  try {
    const { startLocalCloud } = await import("../local/local-cloud.ts");
    const cloud = await startLocalCloud(settings, (line) => terminal.note(line));
    try {
      const { endpointUrl, region } = cloud.target;
      terminal.print(terminal.style("bold", "Darkroom is ready"));
      terminal.print(`  endpoint  ${endpointUrl} (${region})`);
      terminal.print(`  data      ${settings.shownDataFolder}`);
      terminal.print("");
      if (photos === undefined) {
        if (before === undefined) await cloud.recordDemo("skipped");
      } else {
        await bringInDemo(cloud, photos.ready, terminal, interrupted).catch((error: unknown) => {
          // Without them, all the rest is there to be used.
          if (!interrupted.aborted)
            terminal.note(`The demo photos didn't get in: ${lineOf(error)}`);
        });
      }
      if (!interrupted.aborted) {
        advise(terminal);
        await once(interrupted, "abort");
      }
      terminal.note("Stopping; everything is kept");
    } finally {
      await cloud.close();
    }
  } finally {
    await photos?.discard();
  }
}

function advise(terminal: Terminal): void {
  const lines = [
    ["Your photos:", `${invocation.darkroom} process ~/Pictures/holiday`],
    ["The AWS CLI:", `eval "$(${invocation.darkroom} env)"`],
    [
      "",
      'aws --endpoint-url "$AWS_ENDPOINT_URL" s3 ls "s3://$DARKROOM_LANDING_BUCKET" --recursive',
    ],
  ];
  terminal.print("In a second terminal:");
  for (const [what = "", command = ""] of lines) terminal.print(`  ${what.padEnd(14)}${command}`);
  terminal.print("");
  terminal.print("Ctrl-C stops it; everything is kept.");
}
