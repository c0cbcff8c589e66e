import { resolve } from "node:path";
import * as z from "zod";
import { UsageError } from "./failure.ts";

/** A variable that is set to nothing counts as not set, as shells mean it. */
const unlessEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema);

const environment = z.object({
  DARKROOM_DATA: unlessEmpty(z.string().default(".darkroom")),
  DARKROOM_PORT: unlessEmpty(
    z.coerce
      .number({ error: portRule })
      .int(portRule())
      .min(1, portRule())
      .max(65_535, portRule())
      .default(4566),
  ),
  DARKROOM_VISION: unlessEmpty(
    z.enum(["model", "fast"], { error: () => "give model or fast" }).default("model"),
  ),
  DARKROOM_REVIEWER: unlessEmpty(z.string().optional()),
});

function portRule(): string {
  return "give a port from 1 to 65535";
}

export interface Settings {
  /** Where everything is kept; absolute. */
  readonly dataFolder: string;
  /** The same as the user knows it, for messages. */
  readonly shownDataFolder: string;
  readonly port: number;
  readonly vision: "model" | "fast";
  /** Who decides about photos; undefined: the system's user. */
  readonly reviewer: string | undefined;
}

/**
 * What the environment says; the one place that reads it.
 * @throws UsageError that names the variable, its value and what it may be
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: "" };
    const name = String(path[0]);
    throw new UsageError(`${name} is "${env[name]}": ${message}`);
  }
  return {
    dataFolder: resolve(parsed.data.DARKROOM_DATA),
    shownDataFolder: parsed.data.DARKROOM_DATA,
    port: parsed.data.DARKROOM_PORT,
    vision: parsed.data.DARKROOM_VISION,
    reviewer: parsed.data.DARKROOM_REVIEWER,
  };
}
