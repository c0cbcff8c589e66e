import type { Place } from "../place.ts";
import { latestVersion } from "./function-name.ts";
import type { DeployedFunction } from "./functions.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html, with what means something here. */
export function describeFunction(
  deployed: DeployedFunction,
  place: Place,
): Record<string, unknown> {
  const { definition, code } = deployed;
  const { environment } = definition;
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Role: definition.roleArn,
    Handler: definition.handler,
    CodeSize: code.bytes,
    Description: definition.description,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    LastModified: new Date(deployed.lastModified).toISOString().replace("Z", "+0000"),
    CodeSha256: code.sha256,
    Version: latestVersion,
    ...(Object.keys(environment).length === 0 ? {} : { Environment: { Variables: environment } }),
    TracingConfig: { Mode: definition.tracing },
    RevisionId: deployed.revisionId,
    ...(definition.layers.length === 0
      ? {}
      : {
          Layers: definition.layers.map((layer) => ({
            Arn: `arn:aws:lambda:${place.region}:${place.accountId}:layer:${layer}:1`,
          })),
        }),
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    Architectures: [definition.architecture],
    LoggingConfig: {
      LogFormat: definition.logFormat,
      ...(definition.logFormat === "JSON"
        ? { ApplicationLogLevel: "INFO", SystemLogLevel: "INFO" }
        : {}),
      LogGroup: definition.logGroup,
    },
  };
}
