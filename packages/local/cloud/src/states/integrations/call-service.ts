import { operationNotSupported } from "../../aws-error.ts";
import type { JsonService } from "../../http/json-service.ts";
import type { Call, Service } from "../../service.ts";
import type { TaskServices } from "./task-services.ts";

/** @throws AwsError when the local cloud runs without it */
export function requireService({ services }: TaskServices, name: string): Service {
  const service = services.get(name);
  if (service === undefined) throw operationNotSupported(name, "calls by state machines");
  return service;
}

const isJsonService = (service: Service): service is JsonService => "call" in service;

/** One operation of a JSON service by its API name, as over HTTP. @throws AwsError */
export function callJson(
  services: TaskServices,
  name: string,
  operation: string,
  input: unknown,
  call: Call,
): Promise<unknown> {
  const service = requireService(services, name);
  if (!isJsonService(service)) throw new Error(`${name} is no JSON service`);
  return service.call(operation, input, call);
}
