export { type CopiedBefore, copiedBefore, copiedKey } from "./copied-before.ts";
export { isAllCopied } from "./copy-failures.ts";
export { formatLines, jsonLinesType, parseLines, parseLinesOf } from "./json-lines.ts";
export { compareKeys } from "./key-order.ts";
export {
  fatesFolder,
  reportLinesKey,
  reportPageKey,
  type ShardKind,
  type ShardLines,
  shardFolder,
  shardKey,
  summaryKey,
} from "./run-layout.ts";
export { type RunStore, runStore } from "./run-store.ts";
export { type ShardFiles, shardFiles } from "./shard-files.ts";
export { fatesOfRun, type ShardFates, shardsOfRun } from "./shards-of-run.ts";
