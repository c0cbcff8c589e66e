import type { Command } from "commander";
import type { Context } from "../context.ts";
import { Interrupted, NothingWaits, UsageError } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { claimJson, claimLines } from "../reviews/claim-lines.ts";
import { claimPhoto, nothingClaimedLine } from "../reviews/claim-photo.ts";
import { reviewerName, reviewReason } from "../reviews/reviewer.ts";
import { withQueue } from "../reviews/with-queue.ts";
import { reviewInTerminal } from "./approvals-review.ts";

interface ByOption {
  readonly by?: string;
}
interface JsonOptions extends ByOption {
  readonly json?: boolean;
}
interface DecisionOptions extends JsonOptions {
  readonly reason?: string;
}

/** `darkroom approvals`, `approvals next`, `approvals approve TOKEN` and `approvals deny TOKEN --reason R` */
export function addApprovals(program: Command, context: Context): void {
  const approvals = program
    .command("approvals")
    .description("decide about the photos that wait for a person, one after the other")
    .addHelpText(
      "after",
      `
Without a command: interactive, with one key a photo. A claim lasts 10 minutes; what isn't decided
by then waits again. Exit code 3: nothing waits.`,
    );
  const by = [
    "--by <name>",
    "who decides (default: DARKROOM_REVIEWER, then your user name)",
  ] as const;
  approvals
    .command("review", { isDefault: true, hidden: true })
    .argument("[word...]")
    .option(...by)
    .action((words: string[], options: ByOption) => {
      if (words.length > 0) {
        throw new UsageError(
          `There is no approvals ${words[0]}: give next, approve TOKEN, deny TOKEN, or nothing`,
        );
      }
      return reviewInTerminal(context, reviewer(context, options));
    });
  approvals
    .command("next")
    .option(...by)
    .option("--json", "as a JSON object on stdout")
    .description("claim the photo that waits the longest, and print it with its token")
    .action((options: JsonOptions) => claimNext(context, options));
  approvals
    .command("approve")
    .argument("<token>", "as `approvals next` printed it")
    .option("--reason <text>", "why, for the record")
    .option(...by)
    .option("--json", "what was decided, as a JSON object on stdout")
    .description("let the photo of a token go on")
    .action((token: string, options: DecisionOptions) => approve(context, token, options));
  approvals
    .command("deny")
    .argument("<token>", "as `approvals next` printed it")
    .requiredOption("--reason <text>", "why, for the record and for its user")
    .option(...by)
    .option("--json", "what was decided, as a JSON object on stdout")
    .description("reject the photo of a token: it goes to quarantine")
    .action((token: string, options: DecisionOptions & { reason: string }) =>
      deny(context, token, options),
    );
}

async function claimNext(context: Context, options: JsonOptions): Promise<void> {
  const { terminal } = context;
  const by = reviewer(context, options);
  await withQueue(context, context.interruptible(), async (ports) => {
    terminal.showStatus("Looking for a photo that waits, up to a minute; Ctrl-C ends");
    const claim = await claimPhoto(by, ports);
    terminal.clearStatus();
    if (ports.signal.aborted) throw new Interrupted("Stopped: nothing is claimed");
    if (claim === undefined) {
      throw new NothingWaits(await nothingClaimedLine(ports.pendingIds));
    }
    if (options.json === true) {
      terminal.print(JSON.stringify(claimJson(claim), null, 2));
      return;
    }
    for (const line of claimLines(claim, terminal)) terminal.print(line);
    // Whole, however wide the terminal is: it is there to be copied.
    terminal.print(`  token   ${claim.taskToken}`);
    terminal.note(
      `Decide with \`${invocation.darkroom} approvals approve TOKEN\` or \`… deny TOKEN --reason WHY\``,
    );
  });
}

async function approve(context: Context, token: string, options: DecisionOptions): Promise<void> {
  const by = reviewer(context, options);
  const reason = options.reason === undefined ? undefined : reviewReason(options.reason);
  const taskToken = checkedToken(token);
  await withQueue(context, never, ({ queue }) =>
    queue.approve(taskToken, { by, ...(reason === undefined ? {} : { reason }) }),
  );
  tell(context, options, { decision: "approved", by, reason: reason ?? null });
}

async function deny(
  context: Context,
  token: string,
  options: JsonOptions & { readonly reason: string },
): Promise<void> {
  const by = reviewer(context, options);
  const reason = reviewReason(options.reason);
  const taskToken = checkedToken(token);
  await withQueue(context, never, ({ queue }) => queue.deny(taskToken, { by, reason }));
  tell(context, options, { decision: "denied", by, reason });
}

function tell(
  { terminal }: Context,
  { json = false }: JsonOptions,
  decision: { decision: "approved" | "denied"; by: string; reason: string | null },
): void {
  if (json) terminal.print(JSON.stringify(decision, null, 2));
  else {
    const why = decision.reason === null ? "" : `: ${decision.reason}`;
    terminal.print(`${decision.decision} by ${decision.by}${why}`);
  }
}

/** Of a command that Ctrl-C ends at once. */
const never = new AbortController().signal;

function reviewer({ settings }: Context, { by }: ByOption): string {
  return by === undefined
    ? reviewerName(settings().reviewer, "DARKROOM_REVIEWER")
    : reviewerName(by, "--by");
}

function checkedToken(token: string): string {
  const trimmed = token.trim();
  if (trimmed === "") throw new UsageError("The token is empty");
  return trimmed;
}
