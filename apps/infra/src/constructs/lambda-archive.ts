import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

export interface LambdaArchive {
  readonly file: string;
  /** As Terraform's filebase64sha256 gives it: another archive is another deployment, the same is none. */
  readonly sourceCodeHash: string;
}

/**
 * What `bundle-lambda` built in a package of this workspace.
 * @param packageJson the package's, as findPackageJSON gives it
 * @throws Error when it hasn't been built
 */
export function lambdaArchive(packageJson: string | undefined): LambdaArchive {
  if (packageJson === undefined) throw new Error("A package is missing. Run `pnpm install`.");
  // Not by the link in node_modules: the path goes into the stack.
  const file = join(dirname(realpathSync(packageJson)), "dist/lambda.zip");
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Error(`${file} can't be read. Run \`pnpm build\` first.`, { cause });
  }
  return { file, sourceCodeHash: createHash("sha256").update(bytes).digest("base64") };
}
