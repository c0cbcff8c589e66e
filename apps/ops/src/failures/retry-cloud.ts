import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { RedriveExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { Clients } from "../clients.ts";
import { readExecutionFacts } from "./execution-facts.ts";
import type { RetryCloud } from "./retry-photo.ts";

export function retryCloud({ s3, sfn }: Clients, stateMachineArn: string): RetryCloud {
  return {
    stateMachineArn,
    facts: (executionArn) => readExecutionFacts(executionArn, sfn),

    async start(name, input) {
      try {
        await sfn.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
        );
      } catch (error) {
        if (error instanceof Error && error.name === "ExecutionAlreadyExists") return;
        throw error;
      }
    },

    async redrive(executionArn, clientToken) {
      try {
        await sfn.send(new RedriveExecutionCommand({ executionArn, clientToken }));
        return {};
      } catch (error) {
        if (error instanceof Error && error.name === "ExecutionNotRedrivable") {
          return { obstacle: error.message };
        }
        throw error;
      }
    },

    async hasObject({ s3bucket, s3key, versionId }) {
      try {
        await s3.send(
          new HeadObjectCommand({
            Bucket: s3bucket,
            Key: s3key,
            // Objects of a bucket without versions have none to ask for.
            ...(versionId === "null" ? {} : { VersionId: versionId }),
          }),
        );
        return true;
      } catch (error) {
        // HEAD has no body that would tell NoSuchVersion; a made-up version id is a plain 400.
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata
          ?.httpStatusCode;
        if (status === 404 || status === 400) return false;
        throw error;
      }
    },
  };
}
