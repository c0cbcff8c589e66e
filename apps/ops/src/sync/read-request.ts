import { type SyncRequest, syncRequest } from "@darkroom/sync-workflow";
import { incomingPrefix } from "@darkroom/workflow";
import { UsageError } from "../failure.ts";

/** What `darkroom sync` was given, as text and switches. */
export interface SyncOptions {
  readonly source?: string;
  readonly destination?: string;
  readonly prefix?: string;
  readonly startAfter?: string;
  readonly deleteOrphans?: boolean;
  readonly dryRun?: boolean;
  readonly compareMetadata?: boolean;
  readonly preserveRedirects?: boolean;
  readonly preserveStorageClass?: boolean;
  readonly maximumFailedShare?: string;
  readonly maximumOrphanShare?: string;
}

/** The bucket of the workshop that a sync reads where none is named, and that `seed-source` makes. */
export function workshopSource(region: string): string {
  return `sfn-image-workshop-bulk-photo-copy-${region}`;
}

/**
 * The machine's input.
 * @throws UsageError that names the option, before anything is asked
 */
export function readSyncRequest(
  options: SyncOptions,
  defaults: { readonly source: string; readonly destination: string },
): SyncRequest {
  const { maximumFailedShare, maximumOrphanShare, ...rest } = options;
  const parsed = syncRequest.safeParse({
    ...defaults,
    prefix: incomingPrefix,
    ...rest,
    ...(maximumFailedShare === undefined
      ? {}
      : { maximumFailedShare: parseShare("--maximum-failed-share", maximumFailedShare) }),
    ...(maximumOrphanShare === undefined
      ? {}
      : { maximumOrphanShare: parseShare("--maximum-orphan-share", maximumOrphanShare) }),
  });
  if (parsed.success) return parsed.data;
  const { path = [], message = "" } = parsed.error.issues[0] ?? {};
  const name = String(path[0]);
  const given = options[name as keyof SyncOptions];
  const value = given === true ? "" : ` "${given ?? defaults[name as keyof typeof defaults]}"`;
  throw new UsageError(`${optionOf(name)}${value} ${message}`);
}

/** `--start-after` of `startAfter`. */
function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function parseShare(option: string, text: string): number {
  const share = /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (share >= 0 && share <= 1) return share;
  throw new UsageError(`${option} "${text}": give a share from 0 to 1, such as 0.2`);
}
