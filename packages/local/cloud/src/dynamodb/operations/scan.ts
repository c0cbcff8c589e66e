import { z } from "zod";
import type { Operation } from "../../service.ts";
import type { PartitionSpan } from "../item-reader.ts";
import { slotPrefix, slots } from "../key-encoding.ts";
import { parseRequest } from "../parse-request.ts";
import { readMembers } from "../request-members.ts";
import { validationError } from "../validation-error.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { readPage } from "./read-page.ts";
import { checkAgainstTable, readRequest, requireIndex } from "./read-request.ts";
import { invalidStartKey, startPosition } from "./start-position.ts";

const request = z.strictObject({
  ...readMembers,
  Segment: z.int().min(0).max(999_999).optional(),
  TotalSegments: z.int().min(1).max(1_000_000).optional(),
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
export const scan =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const input = parseRequest(request, raw);
    const span = segmentSpan(input.Segment, input.TotalSegments);
    const read = readRequest(input, ["FilterExpression"]);
    const table = openTable(context, call, "Scan", input.TableName, input.IndexName);
    const index = requireIndex(table, input);
    const after = startPosition(table, index, read.startKey);
    if (after !== undefined && !isWithin(span, after.at.partition)) {
      throw invalidStartKey(
        `Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${input.TotalSegments} Segment: ${input.Segment}`,
      );
    }
    checkAgainstTable(table, index, input, read);
    const rows =
      index === undefined
        ? context.reader.scanTable(table, span, after)
        : context.reader.scanIndex(index, span, after);
    return readPage(table, index, input, read, rows);
  };

/** The partitions of a segment: a range of slots, some of them empty when there are more segments than slots. */
function segmentSpan(segment: number | undefined, total: number | undefined): PartitionSpan {
  if (segment === undefined && total === undefined) {
    return { from: slotPrefix(0), to: slotPrefix(slots) };
  }
  if (total === undefined) throw required("TotalSegments", "Segment parameter");
  if (segment === undefined) throw required("Segment", "parameter TotalSegments");
  if (segment >= total) {
    throw validationError(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return {
    from: slotPrefix(Math.ceil((slots * segment) / total)),
    to: slotPrefix(Math.ceil((slots * (segment + 1)) / total)),
  };
}

const isWithin = (span: PartitionSpan, partition: Buffer): boolean =>
  span.from.compare(partition) <= 0 && span.to.compare(partition) > 0;

const required = (missing: string, present: string) =>
  validationError(
    `The ${missing} parameter is required but was not present in the request when ${present} is present`,
  );
