import type { Grant } from "./grants.ts";
import { onlyOnAws } from "./only-on-aws.ts";

/** docs/permissions.md. @param failure what fails without a statement, where that can be shown here */
export function permissionTable(
  grants: readonly Grant[],
  failure: (grant: Grant) => string | undefined,
  prefix: string,
): string {
  const plain = (text: string): string =>
    text
      // What is random goes first: its digits could look like an account.
      .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<id>")
      .replace(/(Extended Request ID: )[\w+/=-]+/g, "$1<id>")
      .replace(/\b[0-9a-f]{40}-r\d+\b/g, "<execution>")
      .replaceAll(prefix, "darkroom-<stage>-")
      .replace(/arn:aws:(\w+):[a-z0-9-]+:\d{12}:/g, "arn:aws:$1:<region>:<account>:")
      .replace(/\b0{12}-[a-z]+-[a-z]+-\d\b/g, "<account>-<region>")
      .replace(/\b\d{12}\b/g, "<account>")
      // Either branch fails first.
      .replace(
        /Find(?:Source|Destination)BucketRegion: no access to the bucket [^:]+:/g,
        "FindSourceBucketRegion or FindDestinationBucketRegion: no access to the bucket:",
      )
      // Either is written first.
      .replace(/(Thumbnail|Preview)\/[0-9a-f]{32}\/[0-9a-f]{16}\.jpg/g, "<picture>");
  const code = (text: string): string => `\`${plain(text).replaceAll("|", "\\|")}\``;
  const lines = (texts: readonly string[]): string => texts.join("<br>");
  const prose = (text: string): string => plain(text).replaceAll("|", "\\|").replaceAll("<", "\\<");

  const row = (grant: Grant): string => {
    const aws = new Map<string, string[]>();
    for (const action of grant.actions) {
      const reason = onlyOnAws(grant, action);
      if (reason !== undefined) aws.set(reason, [...(aws.get(reason) ?? []), action]);
    }
    const failed = failure(grant);
    const cells = [
      grant.statement,
      lines(grant.actions.map(code)),
      lines([
        ...(isTrust(grant) ? [`the role, ${principal(grant)}`] : grant.resources.map(code)),
        ...conditions(grant).map((one) => `if ${code(one)}`),
      ]),
      lines([
        ...(failed === undefined ? [] : [prose(failed)]),
        ...[...aws].map(
          ([reason, actions]) => `_on AWS alone_, ${actions.map(code).join(", ")}: ${reason}`,
        ),
      ]),
    ];
    return `| ${cells.join(" | ")} |`;
  };

  const section = (title: string, some: readonly Grant[]): string[] => [
    `## ${title}`,
    "",
    "| statement | allows | on | what fails without it |",
    "| --- | --- | --- | --- |",
    ...some.map(row),
    "",
  ];

  const holders = [
    ...new Set(grants.filter(({ kind }) => kind === "role").map((one) => one.holder)),
  ];
  const withPolicy = grants.filter(({ kind }) => kind !== "role");
  return [
    "# Permissions",
    "",
    "Every Allow statement of the deployed definition, and what was seen to fail in a system that was started without it: how a photo of each kind ended, or with what words the start was refused. A test takes them away one by one, and holds every action and resource in them against the calls that were made: what no call needs fails it, unless only AWS asks for it.",
    "",
    "This page is written by that test; it fails when the page says something else.",
    "",
    "```sh",
    "npx -y pnpm@12.21.0 build",
    "npx -y pnpm@12.21.0 --filter @darkroom/ops exec vitest run test/permissions --update",
    "```",
    "",
    ...holders.toSorted().flatMap((holder) =>
      section(
        `The role of ${holder}`,
        grants.filter((one) => one.kind === "role" && one.holder === holder),
      ),
    ),
    ...withPolicy.flatMap((grant) =>
      section(`The ${grant.kind} ${grant.holder}: ${plain(principal(grant))}`, [grant]),
    ),
    "The operator's key of `darkroom env` may do everything that no policy forbids. No other identity exists: a call that is signed with any other key than this and those of the roles is refused before anything is decided.",
    "",
  ].join("\n");
}

/** Who may take the role. */
const isTrust = ({ kind, principal }: Grant): boolean => kind === "role" && principal !== undefined;

function principal(grant: Grant): string {
  const { Service } = grant.principal as { Service: string };
  return `for ${Service}`;
}

/** `s3:prefix StringLike Incoming/*` */
function conditions({ condition }: Grant): string[] {
  return Object.entries((condition ?? {}) as Record<string, Record<string, string>>).flatMap(
    ([operator, keys]) => Object.entries(keys).map(([key, value]) => `${key} ${operator} ${value}`),
  );
}
