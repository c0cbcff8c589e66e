import { Failure, lineOf } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { ClaimOver, UnknownToken } from "./approval-queue.ts";
import { claimLines, fileOf } from "./claim-lines.ts";
import { type Claim, type ClaimPorts, claimPhoto } from "./claim-photo.ts";
import { holdClaim } from "./hold-claim.ts";
import type { Keyboard } from "./keyboard.ts";
import type { Picture, Pictures } from "./pictures.ts";
import { reviewReason } from "./reviewer.ts";

export interface ReviewPorts extends ClaimPorts {
  readonly by: string;
  readonly keyboard: Keyboard;
  readonly pictures: Pictures;
  /** @returns what is wrong when it couldn't be opened */
  open(path: string): Promise<string | undefined>;
  readonly terminal: Pick<
    Terminal,
    "print" | "note" | "showStatus" | "clearStatus" | "style" | "width"
  >;
}

interface ReviewOutcome {
  readonly approved: number;
  readonly denied: number;
  readonly end: "nothing waits" | "all skipped" | "quit" | "interrupted";
}

type Answer = "approved" | "denied" | "skipped" | "lost" | "quit" | "interrupted";

const keyLine = "a approve · d deny · s skip · o open the picture · q quit";

/**
 * Shows one photo after the other and does what the reviewer says; what is in hand at the end, also at an
 * interruption or an error, is given back.
 */
export async function reviewPhotos(ports: ReviewPorts): Promise<ReviewOutcome> {
  const { by, signal, terminal } = ports;
  const decided = new Set<string>();
  const skipped = new Set<string>();
  const count = { approved: 0, denied: 0 };
  for (;;) {
    terminal.showStatus("Looking for a photo that waits, up to a minute; Ctrl-C ends");
    const claim = await claimPhoto(by, ports, decided);
    terminal.clearStatus();
    if (signal.aborted) return { ...count, end: "interrupted" };
    if (claim === undefined) return { ...count, end: "nothing waits" };

    const { imageID, versionId } = claim.task.photo;
    const version = `${imageID} ${versionId}`;
    if (skipped.has(version)) {
      // A photo that is given back joins the queue at its end: all others had their turn.
      await giveBack(claim, ports);
      return { ...count, end: "all skipped" };
    }
    const answer = await reviewOne(claim, ports);
    if (answer === "quit" || answer === "interrupted") return { ...count, end: answer };
    if (answer === "skipped") skipped.add(version);
    else if (answer !== "lost") {
      count[answer] += 1;
      decided.add(imageID);
    }
  }
}

async function reviewOne(claim: Claim, ports: ReviewPorts): Promise<Answer> {
  const { queue, pause, terminal, signal } = ports;
  const finished = new AbortController();
  const lost = new AbortController();
  void holdClaim(claim.taskToken, { queue, pause }, finished.signal).then((isLost) => {
    if (isLost) lost.abort();
  });
  let picture: Picture | undefined;
  let answer: Answer;
  try {
    for (const line of claimLines(claim, terminal)) terminal.print(line);
    terminal.note("          and longer while this waits for your answer, up to 2 h in all");
    picture = await fetchPicture(claim, ports);
    const given = await ask(claim, picture, AbortSignal.any([signal, lost.signal]), ports);
    answer = given ?? (signal.aborted ? "interrupted" : "lost");
  } catch (error) {
    if (!(error instanceof ClaimOver || error instanceof UnknownToken)) {
      // After a decision without an answer it may be decided: its lease gives it back if it isn't.
      if (!(error instanceof Failure)) await giveBack(claim, ports);
      throw error;
    }
    terminal.note(lineOf(error));
    return "lost";
  } finally {
    terminal.clearStatus();
    finished.abort();
    await picture?.remove();
  }
  if (answer === "lost") {
    terminal.note(`The claim of ${fileOf(claim.task)} is over: it is decided or waits again`);
  } else if (answer !== "approved" && answer !== "denied") await giveBack(claim, ports);
  return answer;
}

/** @returns undefined when the signal was aborted */
async function ask(
  { taskToken, task }: Claim,
  picture: Picture | undefined,
  signal: AbortSignal,
  { by, keyboard, queue, terminal, open }: ReviewPorts,
): Promise<Answer | undefined> {
  for (;;) {
    terminal.showStatus(keyLine);
    const key = await keyboard.key(signal);
    if (signal.aborted) return undefined;
    terminal.clearStatus();
    switch (key?.toLowerCase()) {
      case "a":
        await queue.approve(taskToken, { by });
        terminal.print(`${terminal.style("green", "approved")} ${fileOf(task)}`);
        return "approved";
      case "d": {
        const line = await keyboard.line("Reason: ", signal);
        if (signal.aborted) return undefined;
        const reason = line === undefined ? undefined : checkedReason(line, terminal);
        if (reason === undefined) break;
        await queue.deny(taskToken, { by, reason });
        terminal.print(`${terminal.style("red", "denied")} ${fileOf(task)}`);
        return "denied";
      }
      case "s":
        return "skipped";
      case "o": {
        const fault = picture === undefined ? "there is no picture" : await open(picture.path);
        if (fault !== undefined) terminal.note(`It can't be opened: ${fault}`);
        break;
      }
      case "q":
      // The input has ended: nobody is there to decide.
      case undefined:
        return "quit";
      default:
    }
  }
}

function checkedReason(line: string, { note }: Pick<Terminal, "note">): string | undefined {
  if (line.trim() === "") {
    note("A denial needs a reason: nothing was decided");
    return undefined;
  }
  try {
    return reviewReason(line);
  } catch (error) {
    note(`${lineOf(error)}: nothing was decided`);
    return undefined;
  }
}

async function fetchPicture(
  { task }: Claim,
  { pictures, signal, terminal }: ReviewPorts,
): Promise<Picture | undefined> {
  try {
    const picture = await pictures.fetch(task, signal);
    terminal.print(`  file    ${picture.path}`);
    return picture;
  } catch (error) {
    if (!signal.aborted) terminal.note(`The picture can't be read (${lineOf(error)})`);
    return undefined;
  }
}

/** A claim that is over already has nothing to give back. */
async function giveBack({ taskToken, task }: Claim, { queue, by, terminal }: ReviewPorts) {
  try {
    await queue.release(taskToken, by);
    terminal.note(`${fileOf(task)} waits again`);
  } catch (error) {
    if (error instanceof ClaimOver) return;
    // It comes back by itself when its lease ends.
    if (!(error instanceof Failure)) throw error;
    terminal.note(lineOf(error));
  }
}
