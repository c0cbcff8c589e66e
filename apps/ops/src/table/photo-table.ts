import stringWidth from "string-width";
import type { PhotoResult } from "../photo-board.ts";
import type { Style, Terminal } from "../terminal.ts";
import { fitMiddle, fitText, padText, plainText, wrapText } from "./fit-text.ts";
import { formatCamera, formatLabels, formatPicture, formatPlace, formatTaken } from "./format.ts";

/** What the table says of one photo; `reason` instead of all that follows the status where it isn't READY. */
interface Row {
  file: string;
  status: PhotoResult["status"];
  picture: string;
  taken: string;
  camera: string;
  place: string;
  labels: (width: number) => string;
  reason: string;
}

const titles = {
  file: "FILE",
  status: "STATUS",
  picture: "SIZE",
  taken: "TAKEN",
  camera: "CAMERA",
  place: "PLACE",
  labels: "LABELS",
} as const;

const gap = "  ";
const indent = "  ";
/** Of columns that can give way. */
const least = { file: 16, camera: 12, labels: 18 } as const;

const styles: Record<PhotoResult["status"], Style> = {
  READY: "green",
  PROCESSING: "cyan",
  PENDING_REVIEW: "cyan",
  UNSUPPORTED: "yellow",
  REJECTED: "yellow",
  EXPIRED: "yellow",
  FAILED: "red",
  LOST: "red",
};

/**
 * A table of photos in lines of at most `width` columns: one line for each photo where that is wide
 * enough, else the photo's particulars in a second one.
 */
export function photoTable(
  results: readonly PhotoResult[],
  { width, style }: Pick<Terminal, "width" | "style">,
): string[] {
  const rows = results.map(rowOf);
  const widths = {
    file: widest(titles.file, rows, ({ file }) => file),
    status: widest(titles.status, rows, ({ status }) => status),
    picture: widest(titles.picture, rows, ({ picture }) => picture),
    taken: widest(titles.taken, rows, ({ taken }) => taken),
    camera: widest(titles.camera, rows, ({ camera }) => camera),
    place: widest(titles.place, rows, ({ place }) => place),
    labels: widest(titles.labels, rows, ({ labels }) => labels(Number.POSITIVE_INFINITY)),
  };
  const sum = Object.values(widths).reduce(
    (total, each) => total + (each && each + gap.length),
    -gap.length,
  );
  const over = shrink(widths, sum - width);
  return over <= 0 ? oneLineEach(rows, widths, width, style) : twoLinesEach(rows, width, style);
}

type Widths = Record<keyof typeof titles, number>;
type StyleText = Terminal["style"];

/** Makes columns narrower, the least telling one first. @returns by how much the table is still too wide */
function shrink(widths: Widths, over: number): number {
  let left = over;
  for (const column of ["labels", "file", "camera"] as const) {
    const spare = Math.max(0, Math.min(left, widths[column] - least[column]));
    widths[column] -= spare;
    left -= spare;
  }
  return left;
}

function oneLineEach(
  rows: readonly Row[],
  widths: Widths,
  width: number,
  style: StyleText,
): string[] {
  // A column with nothing in it isn't there.
  const columns = (Object.keys(titles) as (keyof Widths)[]).filter((name) => widths[name] > 0);
  const head = columns.map((column) => padText(titles[column], widths[column]));
  const beforeReason = widths.file + widths.status + 2 * gap.length;
  const lines = rows.flatMap((row) => {
    const file = padText(fitMiddle(row.file, widths.file), widths.file);
    const status = style(styles[row.status], padText(row.status, widths.status));
    if (row.reason !== "") {
      const reason = wrapText(row.reason, Math.max(least.labels, width - beforeReason));
      return reason.map((part, index) =>
        index === 0 ? [file, status, part].join(gap) : " ".repeat(beforeReason) + part,
      );
    }
    const cells: Record<keyof Widths, string> = {
      file,
      status,
      picture: padText(row.picture, widths.picture),
      taken: padText(row.taken, widths.taken),
      camera: padText(fitText(row.camera, widths.camera), widths.camera),
      place: padText(row.place, widths.place),
      labels: fitText(row.labels(widths.labels), widths.labels),
    };
    return columns.map((column) => cells[column]).join(gap);
  });
  return [style("dim", head.join(gap)), ...lines].map((line) => line.trimEnd());
}

function twoLinesEach(rows: readonly Row[], width: number, style: StyleText): string[] {
  const status = widest(titles.status, rows, (row) => row.status);
  const picture = widest(titles.picture, rows, (row) => row.picture);
  const taken = widest(titles.taken, rows, (row) => row.taken);
  const particulars = status + picture + taken + 3 * gap.length;
  const wide = width >= particulars + least.file;
  const file = Math.min(
    widest(titles.file, rows, (row) => row.file),
    Math.max(least.file, width - (wide ? particulars : status + gap.length)),
  );
  const first = (cells: [file: string, status: string, picture: string, taken: string]) =>
    cells.slice(0, wide ? 4 : 2);
  const second = (parts: readonly string[], rest: (width: number) => string) => {
    const told = parts.filter((part) => part !== "");
    const taken = stringWidth(told.join(" · ")) + (told.length > 0 ? 3 : 0);
    const line = [...told, rest(width - indent.length - taken)].filter((part) => part !== "");
    return wrapText(line.join(" · "), width - indent.length).map((part) => indent + part);
  };

  const dim = (line: string) => style("dim", line);

  const head = [
    padText(titles.file, file),
    padText(titles.status, status),
    padText(titles.picture, picture),
    titles.taken,
  ] as const;
  const lines = rows.flatMap((row) => {
    const name = padText(fitMiddle(row.file, file), file);
    const coloured = style(styles[row.status], padText(row.status, status));
    if (row.reason !== "") {
      return [[name, coloured].join(gap), ...second([], () => row.reason).map(dim)];
    }
    const cells = first([name, coloured, padText(row.picture, picture), row.taken]);
    const parts = wide ? [row.camera, row.place] : [row.picture, row.taken, row.camera, row.place];
    return [cells.join(gap), ...second(parts, row.labels).map(dim)];
  });
  return [
    style("dim", first([...head]).join(gap)),
    ...second(wide ? [titles.camera, titles.place] : ["…"], () => titles.labels).map(dim),
    ...lines,
  ].map((line) => line.trimEnd());
}

function rowOf({ file, status, errReason, row }: PhotoResult): Row {
  const metadata = row?.extractedMetadata;
  const tags = row?.tags ?? [];
  return {
    file: plainText(file),
    status,
    picture: metadata === undefined ? "" : formatPicture(metadata),
    taken: metadata?.creationTime === undefined ? "" : formatTaken(metadata.creationTime),
    camera: metadata === undefined ? "" : plainText(formatCamera(metadata)),
    place: metadata?.geo === undefined ? "" : formatPlace(metadata.geo),
    labels: (width) => plainText(formatLabels(tags, width)),
    reason: plainText(errReason ?? (status === "PENDING_REVIEW" ? questionOf(row) : "")),
  };
}

/** Why a person is asked. */
function questionOf(row: PhotoResult["row"]): string {
  const why = row?.moderation?.reason;
  return `waits for a person${why === undefined ? "" : `: ${why}`}`;
}

/** The width of a column with its title; 0 for one with nothing in it. */
function widest(title: string, rows: readonly Row[], cell: (row: Row) => string): number {
  const cells = rows.reduce((most, row) => Math.max(most, stringWidth(cell(row))), 0);
  return cells === 0 ? 0 : Math.max(cells, title.length);
}
