import type { Command } from "commander";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { findTarget, type Target } from "../target.ts";

/** `darkroom env` */
export function addEnv(program: Command, context: Context): void {
  program
    .command("env")
    .description("shell lines to eval: endpoint, region, key and the names of all resources")
    .action(() => printEnv(context));
}

/** Also of a cloud that doesn't run at the moment: what the lines say holds again when it does. */
async function printEnv({ terminal, settings }: Context): Promise<void> {
  const { shownDataFolder, dataFolder } = settings();
  const found = await findTarget({ dataFolder });
  if (found === undefined) {
    throw new Failure(
      `Nothing was ever started on the data folder ${shownDataFolder}: start it with \`${invocation.start}\``,
    );
  }
  for (const line of shellLines(found.target)) terminal.print(line);
  if (!found.running) {
    terminal.note(`Nothing runs at the moment: start it with \`${invocation.start}\``);
  }
}

/** Lines for a POSIX shell. */
export function shellLines({ endpointUrl, region, credentials, resources }: Target): string[] {
  const variables = {
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: region,
    // What older SDKs and boto3 read.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...resources,
  };
  return [
    // Either of them, left over in the shell, would be used with this key or instead of it.
    "unset AWS_SESSION_TOKEN AWS_PROFILE",
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`),
  ];
}

/** A single-quoted word of the shell. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
