import type { Context } from "../context.ts";
import { Interrupted, NothingWaits, UsageError } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { nothingClaimedLine } from "../reviews/claim-photo.ts";
import { terminalKeyboard } from "../reviews/keyboard.ts";
import { openPicture, s3Pictures } from "../reviews/pictures.ts";
import { reviewPhotos } from "../reviews/review-photos.ts";
import { withQueue } from "../reviews/with-queue.ts";

/** `darkroom approvals` for the one who sits at the terminal. */
export async function reviewInTerminal(context: Context, by: string): Promise<void> {
  const { terminal } = context;
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !terminal.live) {
    throw new UsageError(
      `This needs a terminal; in scripts use \`${invocation.darkroom} approvals next --json\`, then \`… approve TOKEN\` or \`… deny TOKEN --reason WHY\``,
    );
  }
  const signal = context.interruptible();
  await withQueue(context, signal, async (ports, { s3 }) => {
    const keyboard = terminalKeyboard(stdin, stderr);
    try {
      const { approved, denied, end } = await reviewPhotos({
        ...ports,
        by,
        keyboard,
        pictures: s3Pictures(s3),
        open: openPicture,
        terminal,
      });
      const told = `${approved} approved, ${denied} denied by ${by}`;
      if (end === "interrupted") throw new Interrupted(`Stopped: ${told}`);
      if (end !== "nothing waits") {
        terminal.note(end === "quit" ? told : `All that is left was skipped: ${told}`);
      } else if (approved + denied > 0) terminal.note(`Nothing more waits: ${told}`);
      else throw new NothingWaits(await nothingClaimedLine(ports.pendingIds));
    } finally {
      keyboard.close();
    }
  });
}
