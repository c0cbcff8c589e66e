import type { FaultCase } from "./fault-cases.ts";
import type { FaultRun } from "./fault-run.ts";
import type { MachineTask } from "./machine-tasks.ts";

/** A fault in a task, and what came of it with the longest pauses that there can be. */
export interface Cell {
  readonly fault: FaultCase;
  readonly run: FaultRun;
}

/** docs/retries.md, of the runs that a test made. */
export function retriesPage(
  tasks: readonly { name: string; task: MachineTask; longestSeconds: number; cells: Cell[] }[],
): string {
  return [
    "# Retries",
    "",
    "What the image-processing machine does when something goes wrong in a task: each row is an execution with that fault in that task and none elsewhere, run on the states engine with a clock that skips the waiting. Pauses are the longest that can be; with jitter, each is any part of what is written here. Why they are so long stands in [the workflow's README](../packages/pipeline/workflow/README.md).",
    "",
    "Each kind of error has a count of its own. A task that met every kind as often as it may, with every try as slow as its timer allows, would end after the time that is stated first.",
    "",
    "A task on the way of a photo that isn't clean is reached by one: MarkPendingReview and RecordApproval by a photo that a person approves, RecordDenial and QuarantinePhoto by one that a person denies, RecordPolicyRejection and RecordRejection by one that the policy rejects. SendToApproval itself isn't here: what a person doesn't do is no fault, and is waited for without end.",
    "",
    "A photo whose row says `PROCESSING` or `PENDING_REVIEW` when its execution has failed is ended by EventBridge's rule, which calls record-failure itself: that covers what no Catch sees.",
    "",
    "This page is written by a test; it fails when the page says something else.",
    "",
    "```sh",
    "npx -y pnpm@12.21.0 --filter @darkroom/workflow exec vitest run src/retries --update",
    "```",
    "",
    ...tasks.flatMap(({ name, task, longestSeconds, cells }) => [
      `## ${name}`,
      "",
      `A try has ${task.TimeoutSeconds} s. Whatever it meets, it gives up after at most ${duration(longestSeconds)}.`,
      "",
      "| fault | error | tries | longest pauses | over after at most | then | execution | row |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      ...cells.map((cell) => rowOf(name, cell)),
      "",
    ]),
  ].join("\n");
}

function rowOf(name: string, { fault, run }: Cell): string {
  const { error } = fault;
  const left = run.status === "FAILED" && ["PROCESSING", "PENDING_REVIEW"].includes(run.row);
  const cells = [
    fault.title,
    error === undefined ? "" : `\`${error}\``,
    String(run.tries),
    pausesText(run.pausesSeconds),
    duration(run.tookSeconds),
    run.path
      .slice(run.path.indexOf(name) + 1)
      .filter((state) => state !== "GenerateThumbnails" || run.status === "SUCCEEDED")
      .join(" → ") || "end",
    run.status === "FAILED" ? `FAILED: \`${run.error}\`` : run.status,
    left ? `\`${run.row}\`, for the rule` : `\`${run.row}\``,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** `2, 4, 8, 60 × 57 s` */
function pausesText(seconds: readonly number[]): string {
  const groups: { value: number; count: number }[] = [];
  for (const value of seconds) {
    const last = groups.at(-1);
    if (last?.value === value) last.count += 1;
    else groups.push({ value, count: 1 });
  }
  const texts = groups.map(({ value, count }) =>
    count === 1 ? `${value}` : `${count} × ${value}`,
  );
  return texts.length === 0 ? "" : `${texts.join(", ")} s`;
}

/** `1 h 52 min 35 s` */
function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "min"],
    [Math.round(seconds % 60), "s"],
  ] as const;
  const said = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value} ${unit}`);
  return said.join(" ") || "0 s";
}
