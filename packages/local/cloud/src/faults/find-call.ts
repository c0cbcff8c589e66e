import type { NamedService } from "../service.ts";

/**
 * Finds a call by IAM's spelling with the operation's name in its API: `dynamodb:UpdateItem`, `s3:GetObject`.
 * @returns the call as given, or the line that says why there is none
 */
export function findCall(
  text: string,
  services: readonly NamedService[],
): { readonly call: string } | { readonly problem: string } {
  const [name, operation] = text.split(":", 2);
  const service = services.find((one) => one.name === name);
  if (service === undefined) {
    const names = services.map((one) => one.name).sort();
    return {
      problem: `There is no call ${text}: write service:Operation, with one of the services ${names.join(", ")}.`,
    };
  }
  if (service.operations.includes(operation ?? "") && text === `${name}:${operation}`) {
    return { call: text };
  }
  const operations = [...service.operations].sort().join(", ");
  return { problem: `There is no call ${text}: ${name} has ${operations}.` };
}
