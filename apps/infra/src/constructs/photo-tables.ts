import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";

/** The rows of photos and albums, and what was decided about photos: paid by request, restorable to any second of the last 35 days. */
export class PhotoTables extends Construct {
  readonly images: DynamodbTable;
  readonly albums: DynamodbTable;
  readonly decisions: DynamodbTable;

  constructor(scope: Construct, id: string, { deployment }: { readonly deployment: Deployment }) {
    super(scope, id);
    const settings = {
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
      // AWS's managed key: who used it stands in CloudTrail.
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: deployment.isProduction,
    };
    this.images = new DynamodbTable(this, "images", {
      ...settings,
      name: deployment.name("ImageMetadata"),
      hashKey: "imageID",
      attribute: strings("imageID", "albumID", "uploadTime", "status", "updatedTime"),
      globalSecondaryIndex: [
        // An album's photos in the order they came, with all that a page of them shows.
        index("albumID", "uploadTime", "ALL"),
        // The failures, the open ones, what is stuck since when: few are looked at, by their key.
        // Keys alone keep it cheap, since every photo passes through it.
        index("status", "updatedTime", "KEYS_ONLY"),
      ],
    });
    this.albums = new DynamodbTable(this, "albums", {
      ...settings,
      name: deployment.name("AlbumMetadata"),
      hashKey: "albumID",
      attribute: strings("albumID", "userID", "creationTime"),
      globalSecondaryIndex: [index("userID", "creationTime", "ALL")],
    });
    // What was decided about a photo, one item an execution: no role may change or delete one.
    this.decisions = new DynamodbTable(this, "decisions", {
      ...settings,
      name: deployment.name("ReviewDecisions"),
      hashKey: "imageID",
      rangeKey: "executionArn",
      attribute: strings("imageID", "executionArn"),
    });
  }
}

function strings(...names: string[]) {
  return names.map((name) => ({ name, type: "S" }));
}

function index(hashKey: string, rangeKey: string, projectionType: "ALL" | "KEYS_ONLY") {
  return { name: `${hashKey}-${rangeKey}-index`, hashKey, rangeKey, projectionType };
}
