import { fileURLToPath } from "node:url";

/** What Terraform calls the stack; part of no resource's name. */
export const stackName = "darkroom";

/** The folder of this package: sources and synthesized files lie at fixed places in it. */
export const infraFolder = fileURLToPath(new URL("..", import.meta.url));

/** Where synthesized files go; `cdktf.json` says the same to the cdktf command. */
export const outputFolder = fileURLToPath(new URL("../cdktf.out", import.meta.url));
