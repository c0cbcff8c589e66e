import { join } from "node:path";
import { z } from "zod";

/** The operator's key as a data folder keeps it: made once, readable by its owner alone. */
export const operatorKey = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});
export type OperatorKey = z.infer<typeof operatorKey>;

export const operatorKeyFile = (dataFolder: string): string =>
  join(dataFolder, "operator-key.json");
