import type { RecordReviewInput, Review } from "@darkroom/workflow";
import * as z from "zod";

/** In UTF-16 code units: any name or address of a person. */
const longestBy = 256;
/** The same: as much as errReason takes of a reason; a Cause may have 32,768. */
const longestReason = 1000;

const nobody = "unknown";
const noReason = "no reason was given";

/** What a reviewer's tool may say; a member that is blank or no text says nothing. */
const said = z.string().trim().min(1).optional().catch(undefined);
const answerMembers = z.object({ by: said, reason: said });

/** Who decided what: what our own tools send is taken apart, and anything else is a decision, too. */
export function reviewOf(
  input: Exclude<RecordReviewInput, { review: "asked" }>,
  now: Date,
): Review {
  const { by, reason } = sayingOf(input);
  return {
    by: cut(by, longestBy),
    at: now.toISOString(),
    decision: input.review,
    reason: cut(reason, longestReason),
  };
}

function sayingOf(input: Parameters<typeof reviewOf>[0]): Pick<Review, "by" | "reason"> {
  switch (input.review) {
    case "approved": {
      const { by = nobody, reason = "" } = membersOf(input.answer);
      return { by, reason };
    }
    case "denied": {
      const { by = nobody, reason = noReason } = denialOf(input.answer.Cause ?? "");
      return { by, reason };
    }
    case "rejected by policy": {
      const { policyVersion, reason = noReason } = input.moderation;
      return { by: `policy ${policyVersion}`, reason };
    }
  }
}

function membersOf(answer: unknown): z.infer<typeof answerMembers> {
  const members = answerMembers.safeParse(answer);
  return members.success ? members.data : {};
}

/** A Cause is JSON text where our tools denied, and the reason itself where anybody else did. */
function denialOf(cause: string): z.infer<typeof answerMembers> {
  try {
    const members = membersOf(JSON.parse(cause));
    if (members.by !== undefined || members.reason !== undefined) return members;
  } catch {
    // No JSON: a reason in words.
  }
  return membersOf({ reason: cause });
}

/** Never ends in half a character, which no UTF-8 can hold. */
function cut(text: string, length: number): string {
  return text
    .toWellFormed()
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, "");
}
