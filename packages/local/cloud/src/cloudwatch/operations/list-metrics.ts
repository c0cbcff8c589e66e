import { z } from "zod";
import type { Operation } from "../../service.ts";
import { invalidValue } from "../errors.ts";
import type { Dimension } from "../metric.ts";
import {
  dimensionName,
  dimensionValue,
  metricName,
  namespace,
  parseInput,
} from "../parse-input.ts";
import type { ListedMetric } from "../store.ts";
import type { Parts } from "./parts.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
const pageSize = 500;
const recentlyActive = 3 * 3600;

const input = z.strictObject({
  Namespace: namespace.optional(),
  MetricName: metricName.optional(),
  Dimensions: z
    .array(z.strictObject({ Name: dimensionName, Value: dimensionValue.optional() }))
    .max(10)
    .default([]),
  NextToken: z.string().optional(),
  RecentlyActive: z.literal("PT3H").optional(),
});

export function listMetrics({ store, clock, beforeRead }: Parts): Operation {
  return (given, call) => {
    call.authorize("cloudwatch:ListMetrics", "*");
    const asked = parseInput(input, given);
    const after = asked.NextToken === undefined ? 0 : readToken(asked.NextToken);
    beforeRead(asked.Namespace === undefined ? ["AWS/SQS"] : [asked.Namespace]);
    const page: ListedMetric[] = [];
    let hasMore = false;
    const filter = {
      namespace: asked.Namespace,
      name: asked.MetricName,
      activeSince:
        asked.RecentlyActive === undefined ? 0 : Math.floor(clock.now() / 1000) - recentlyActive,
    };
    for (const metric of store.metricsAfter(after, filter)) {
      if (!hasAll(metric, asked.Dimensions)) continue;
      hasMore = page.length === pageSize;
      if (hasMore) break;
      page.push(metric);
    }
    return {
      Metrics: page.map(({ namespace: Namespace, name: MetricName, dimensions: Dimensions }) => ({
        Namespace,
        MetricName,
        Dimensions,
      })),
      ...(hasMore ? { NextToken: writeToken(page.at(-1)?.id ?? 0) } : {}),
    };
  };
}

const hasAll = (
  { dimensions }: ListedMetric,
  wanted: readonly { Name: string; Value?: string | undefined }[],
): boolean =>
  wanted.every(({ Name, Value }) =>
    dimensions.some(
      (one: Dimension) => one.Name === Name && (Value === undefined || one.Value === Value),
    ),
  );

const writeToken = (id: number): string => Buffer.from(String(id)).toString("base64url");

function readToken(token: string): number {
  const id = Number(Buffer.from(token, "base64url").toString());
  if (!Number.isSafeInteger(id) || writeToken(id) !== token) {
    throw invalidValue("The parameter NextToken is invalid.");
  }
  return id;
}
