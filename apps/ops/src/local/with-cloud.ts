import type { Context } from "../context.ts";
import { findTarget, type Target } from "../target.ts";

/** Runs something on the local cloud: the one that runs already, else one that is started for this and stopped after. */
export async function withCloud<T>(
  { terminal, settings }: Context,
  run: (target: Target, startedForThis: boolean) => Promise<T>,
): Promise<T> {
  const found = await findTarget(settings());
  if (found?.running === true) return run(found.target, false);

  terminal.note(`No cloud runs on ${settings().shownDataFolder}: starting one for this call`);
  // It brings models and a whole cloud with it, which commands that find one running needn't load.
  const { startLocalCloud } = await import("./local-cloud.ts");
  const cloud = await startLocalCloud(settings(), (line) => terminal.note(line));
  try {
    return await run(cloud.target, true);
  } finally {
    await cloud.close();
  }
}
