import { type DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { imageItem } from "@darkroom/workflow";
import type * as z from "zod";
import type { Patient } from "./patient.ts";

const rowSummary = imageItem.pick({
  imageID: true,
  s3bucket: true,
  s3key: true,
  status: true,
  executionArn: true,
  errReason: true,
});
/** As much of a row as tells whether its object is there. */
export type RowSummary = z.infer<typeof rowSummary>;

/** A page takes DynamoDB ten times as long as it takes to read its answer: four at a time keep both at work. */
const parts = 4;

/**
 * All rows, in parts that may be read at the same time, each page by page: at most 1 MB of the table a
 * request (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html#Scan.ParallelScan).
 * @param patient makes each request
 */
export function tableRows(
  client: DynamoDBDocumentClient,
  TableName: string,
  patient: Patient,
): AsyncIterable<readonly RowSummary[]>[] {
  return Array.from({ length: parts }, (_, part) => partOf(client, TableName, part, patient));
}

async function* partOf(
  client: DynamoDBDocumentClient,
  TableName: string,
  Segment: number,
  patient: Patient,
): AsyncGenerator<readonly RowSummary[]> {
  const names = Object.keys(rowSummary.shape);
  const input = {
    TableName,
    Segment,
    TotalSegments: parts,
    ProjectionExpression: names.map((name) => `#${name}`).join(", "),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  };
  let from: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await patient(() =>
      client.send(new ScanCommand({ ...input, ExclusiveStartKey: from })),
    );
    yield Items.map((item) => rowSummary.parse(item));
    from = LastEvaluatedKey;
  } while (from !== undefined);
}
