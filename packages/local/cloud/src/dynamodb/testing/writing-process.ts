import { createDynamoDb } from "../dynamodb.ts";

/** A process of its own that puts items without end and writes the number of each that was acknowledged to stdout. */
const [databaseFile = ""] = process.argv.slice(2);
const dynamodb = createDynamoDb({
  place: { accountId: "000000000000", region: "us-east-1" },
  databaseFile,
  clock: { now: () => Date.now(), setTimer: () => () => {} },
  onFault(error) {
    throw error;
  },
});
dynamodb.putTable({
  name: "photos",
  hashKey: { name: "id", type: "S" },
  globalSecondaryIndexes: [
    { name: "byAlbum", hashKey: { name: "album", type: "S" }, projection: "ALL" },
  ],
});
const call = { authorize: () => {} } as never;

async function writeWithoutEnd(writer: number): Promise<never> {
  for (let number = writer; ; number += 8) {
    const item = { id: { S: `photo-${number}` }, album: { S: "a" } };
    await dynamodb.service.call("PutItem", { TableName: "photos", Item: item }, call);
    process.stdout.write(`${number}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => writeWithoutEnd(writer)));
