import type { ImageItem } from "@darkroom/workflow";
import stringWidth from "string-width";
import { plainText, wrapText } from "../table/fit-text.ts";
import type { Terminal } from "../terminal.ts";

/** A photo as `failures list --json` gives it; what isn't known is null. */
export interface FailureJson {
  readonly file: string;
  readonly imageID: string;
  readonly status: string;
  readonly errReason: string | null;
  /** ISO 8601 in UTC: when it came to that status. */
  readonly updatedTime: string | null;
  /** `ERR` when no execution was ever started. */
  readonly executionArn: string;
}

export function failureJson(row: ImageItem): FailureJson {
  const { s3key: file, imageID, status, errReason, updatedTime, executionArn } = row;
  return {
    file,
    imageID,
    status,
    errReason: errReason ?? null,
    updatedTime: updatedTime ?? null,
    executionArn,
  };
}

const idWidth = 32;
const statusWidth = "UNSUPPORTED".length;
const whenWidth = "2026-01-01 00:00:00Z".length;
const gap = "  ";
const indent = "  ";

export function failureTitle({ style }: Pick<Terminal, "style">): string {
  return style("dim", cells("ID", "STATUS".padEnd(statusWidth), "WHEN", "FILE"));
}

/**
 * One line that says which photo (its file in a second one where the width asks for it), as many as its
 * reason takes, and one with its execution.
 */
export function failureLines(
  row: ImageItem,
  { style, width }: Pick<Terminal, "style" | "width">,
): string[] {
  const when = row.updatedTime?.replace("T", " ").replace(/(\.\d+)?Z$/, "Z") ?? "";
  const status = row.status.padEnd(statusWidth);
  const coloured = style(row.status === "FAILED" ? "red" : "yellow", status);
  const file = plainText(row.s3key);
  const fits = stringWidth(cells(row.imageID, status, when, file)) <= width;
  const below = (text: string) =>
    wrapText(text, width - indent.length).map((line) => `${indent}${line}`);
  const execution = row.executionArn.slice(row.executionArn.lastIndexOf(":") + 1);
  return [
    cells(row.imageID, coloured, when, fits ? file : "").trimEnd(),
    ...(fits ? [] : below(file)),
    ...below(plainText(row.errReason ?? "no reason is known")),
    ...below(`execution ${execution}`).map((line) => style("dim", line)),
  ];
}

/** @param status padded, so that it may be styled */
function cells(id: string, status: string, when: string, file: string): string {
  return [id.padEnd(idWidth), status, when.padEnd(whenWidth), file].join(gap);
}
