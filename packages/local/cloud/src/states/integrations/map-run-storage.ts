import { Readable } from "node:stream";
import {
  type ListedObject,
  type MapRunStorage,
  type StorageCall,
  TaskFailedError,
} from "@darkroom/states";
import { AwsError } from "../../aws-error.ts";
import { roleSession } from "../../credentials.ts";
import type { Call, ServiceResponse } from "../../service.ts";
import { responseText } from "./aws-sdk/response-text.ts";
import { s3 } from "./aws-sdk/s3.ts";
import { s3Request } from "./aws-sdk/s3-request.ts";
import { readS3Xml } from "./aws-sdk/s3-xml.ts";
import { requireService } from "./call-service.ts";
import { inProcessRequest } from "./in-process-request.ts";
import type { IntegrationHost } from "./integration.ts";
import type { JsonObject } from "./json-value.ts";
import { sdkFailure } from "./service-failure.ts";

/** What is larger goes in parts of this size: so much is held in memory at once. S3 takes parts from 5 MiB on. */
const partBytes = 8 * 1024 * 1024;

/** What ItemReader reads and ResultWriter writes, in the local S3 and by the permissions of the machine's role. */
export function createMapRunStorage({
  services,
  onFault,
}: Pick<IntegrationHost, "services" | "onFault">): MapRunStorage {
  function callOf({ roleArn, executionArn, signal }: StorageCall): Call {
    const session = executionArn.slice(executionArn.lastIndexOf(":") + 1);
    return services.callAs(roleSession(roleArn, session), signal);
  }

  async function send(
    call: Call,
    name: string,
    parameters: JsonObject,
    bytes?: Buffer,
  ): Promise<ServiceResponse> {
    call.signal.throwIfAborted();
    const service = requireService(services, "s3");
    try {
      return await service.handle(inProcessRequest(s3Request(name, parameters, bytes), call));
    } catch (error) {
      const extendedId = s3.extendedRequestId?.(call.requestId);
      throw sdkFailure(s3.errors, service, error, { call, host: { onFault } }, extendedId);
    }
  }

  async function writeInParts(
    call: Call,
    parameters: JsonObject,
    chunks: AsyncIterator<Buffer>,
    first: Buffer,
  ): Promise<void> {
    const { Bucket, Key } = parameters;
    const created = await send(call, "createMultipartUpload", parameters);
    const { UploadId } = readS3Xml(await responseText(created));
    const upload = { Bucket: Bucket ?? null, Key: Key ?? null, UploadId: UploadId ?? null };
    try {
      const parts: JsonObject[] = [];
      for (let bytes: Buffer | undefined = first; bytes !== undefined; ) {
        const PartNumber = parts.length + 1;
        const { headers } = await send(call, "uploadPart", { ...upload, PartNumber }, bytes);
        parts.push({ PartNumber, ETag: headers.etag ?? "" });
        const next = await chunks.next();
        bytes = next.done === true ? undefined : next.value;
      }
      await send(call, "completeMultipartUpload", { ...upload, MultipartUpload: { Parts: parts } });
    } catch (error) {
      // Its signal may be the reason; a role that may not abort leaves the parts lying, as on AWS.
      const abort = { ...call, signal: new AbortController().signal };
      await send(abort, "abortMultipartUpload", upload).catch(ignoreRefusal);
      throw error;
    }
  }

  return {
    async *read(storageCall) {
      const call = callOf(storageCall);
      const { body } = await send(call, "getObject", storageCall.parameters);
      if (body instanceof Readable) {
        for await (const chunk of body) {
          call.signal.throwIfAborted();
          yield chunk;
        }
      } else if (body !== undefined) {
        yield Buffer.from(body);
      }
    },

    async *list(storageCall) {
      const call = callOf(storageCall);
      let parameters: JsonObject = storageCall.parameters;
      for (;;) {
        const page = readS3Xml(await responseText(await send(call, "listObjectsV2", parameters)));
        yield objectsOf(page);
        const { NextContinuationToken: token } = page;
        if (token === undefined) return;
        parameters = { ...parameters, ContinuationToken: token };
      }
    },

    async write(storageCall, body) {
      const call = callOf(storageCall);
      const chunks = inChunks(body);
      const { value: first = Buffer.alloc(0) } = await chunks.next();
      if (first.length < partBytes) {
        await send(call, "putObject", storageCall.parameters, first);
        return;
      }
      await writeInParts(call, storageCall.parameters, chunks, first);
    },
  };
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof TaskFailedError) && !(error instanceof AwsError)) throw error;
}

/** The bytes of a text in pieces of the parts' size; the last one is smaller. */
async function* inChunks(body: AsyncIterable<string>): AsyncGenerator<Buffer, undefined> {
  let gathered: Buffer[] = [];
  let size = 0;
  for await (const text of body) {
    const bytes = Buffer.from(text);
    gathered.push(bytes);
    size += bytes.length;
    if (size < partBytes) continue;
    yield Buffer.concat(gathered, size);
    gathered = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(gathered, size);
  return undefined;
}

/** As Step Functions gives them to a Map: `Etag`, and the time in seconds. */
function objectsOf({ Contents: contents = [] }: JsonObject): ListedObject[] {
  const objects = contents as readonly {
    readonly ETag: string;
    readonly Key: string;
    readonly LastModified: string;
    readonly Size: number;
    readonly StorageClass: string;
  }[];
  return objects.map(({ ETag, Key, LastModified, Size, StorageClass }) => ({
    Etag: ETag,
    Key,
    LastModified: Date.parse(LastModified) / 1000,
    Size,
    StorageClass,
  }));
}
