import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveS3 } from "./serve-s3.ts";

/** S3 as a process of its own, to be killed: it says where it is and with which key it can be asked. */
const [folder = ""] = process.argv.slice(2);
const served = await serveS3({
  folder,
  buckets: [
    {
      name: "photos",
      versioning: false,
      notifications: [
        {
          id: "n",
          targetArn: "arn:aws:sqs:us-east-1:000000000000:q",
          events: ["s3:ObjectCreated:*"],
        },
      ],
    },
  ],
  deliver: async () => {
    throw new Error("nothing can be delivered");
  },
});
const credentials: unknown = JSON.parse(readFileSync(join(folder, "key.json"), "utf8"));
console.log(JSON.stringify({ endpoint: served.endpoint, credentials }));
