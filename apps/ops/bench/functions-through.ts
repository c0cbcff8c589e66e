import {
  GetFunctionConfigurationCommand,
  paginateListFunctions,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { DarkroomProcess } from "../test/darkroom-process.ts";

const ofTheMachine = /-(FindBucketRegion|ListDifferences|CopyObjects|DeleteOrphans|WriteReport)$/;

/** Has the functions of the sync machine reach S3 at another URL, until it is disposed of. */
export async function functionsThrough(
  darkroom: DarkroomProcess,
  url: string,
): Promise<AsyncDisposable> {
  const { lambda } = darkroom.clients;
  const before = new Map<string, Record<string, string>>();
  for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {})) {
    for (const { FunctionName = "" } of Functions) {
      if (!ofTheMachine.test(FunctionName)) continue;
      const { Environment } = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName }),
      );
      before.set(FunctionName, Environment?.Variables ?? {});
    }
  }
  if (before.size === 0) throw new Error("there are no functions of the sync machine");
  const set = async (more: Record<string, string>): Promise<void> => {
    for (const [FunctionName, variables] of before) {
      const Environment = { Variables: { ...variables, ...more } };
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
    }
  };
  await set({ AWS_ENDPOINT_URL_S3: url });
  return { [Symbol.asyncDispose]: () => set({}) };
}
