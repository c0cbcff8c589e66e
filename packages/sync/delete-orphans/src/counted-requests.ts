import type { S3Client } from "@aws-sdk/client-s3";

/** @returns how many requests the client has sent since, each attempt by itself */
export function countedRequests(s3: S3Client): () => number {
  let requests = 0;
  s3.middlewareStack.add(
    (next) => (args) => {
      requests += 1;
      return next(args);
    },
    // After the retries, so that it is there once an attempt.
    { step: "finalizeRequest", priority: "low", name: "countedRequests" },
  );
  return () => requests;
}
