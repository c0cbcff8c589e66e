import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type SFNClient,
} from "@aws-sdk/client-sfn";

export interface ExecutionReader {
  /** The execution's input as JSON text; undefined when there is no such execution. */
  inputOf(executionArn: string): Promise<string | undefined>;
}

export function executionReader(client: SFNClient): ExecutionReader {
  return {
    async inputOf(executionArn) {
      try {
        const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
        return execution.input ?? "";
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  };
}
