import { crc32 } from "node:zlib";
import { sha256Hex } from "../src/sigv4/canonical-request.ts";
import type { Clients } from "./clients.ts";
import { createSigningClient } from "./signing-client.ts";

const targetPrefixes = { sqs: "AmazonSQS", dynamodb: "DynamoDB_20120810" };

/** Clients that do no more than a request needs, so that nearly all the time is the server's. */
export const bareClients: Clients = {
  s3(server, { body, contentType }) {
    const client = createSigningClient(server, "s3");
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(body));
    const photo = {
      body,
      bodyHash: sha256Hex(body),
      headers: { "content-type": contentType, "x-amz-checksum-crc32": checksum.toString("base64") },
    };
    const send = async (method: string, path: string): Promise<void> => {
      await client.drain({ method, path });
    };
    return {
      createBucket: (bucket) => send("PUT", `/${bucket}`),
      async putPhoto(bucket, key) {
        await client.drain({ method: "PUT", path: `/${bucket}/${key}`, ...photo });
      },
      async putMark(bucket, key) {
        await client.drain({ method: "PUT", path: `/${bucket}/${key}`, body: "x" });
      },
      get: (bucket, key) => client.drain({ method: "GET", path: `/${bucket}/${key}` }),
      head: (bucket, key) => send("HEAD", `/${bucket}/${key}`),
      remove: (bucket, key) => send("DELETE", `/${bucket}/${key}`),
      async listPage(bucket, token) {
        const query = new URLSearchParams({ "list-type": "2" });
        if (token !== undefined) query.set("continuation-token", token);
        const xml = await client.text({ method: "GET", path: `/${bucket}`, query });
        return {
          keys: Number(/<KeyCount>(\d+)</.exec(xml)?.[1]),
          next: /<NextContinuationToken>([^<]+)</.exec(xml)?.[1],
        };
      },
      close: client.close,
    };
  },

  json(server, service) {
    const client = createSigningClient(server, service);
    return {
      async call(operation, input) {
        const text = await client.text({
          method: "POST",
          path: "/",
          headers: {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": `${targetPrefixes[service]}.${operation}`,
          },
          body: JSON.stringify(input),
        });
        return text === "" ? {} : JSON.parse(text);
      },
      close: client.close,
    };
  },
};
