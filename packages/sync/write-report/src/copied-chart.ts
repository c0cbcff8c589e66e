import type { CopiedOverTime } from "./copied-over-time.ts";

const width = 900;
const height = 220;
/** Room for the labels: left and below. */
const left = 48;
const below = 24;
const above = 14;

/** A bar for each span of time, as SVG. */
export function copiedChart({ counts, width: spanMs }: CopiedOverTime): string {
  const highest = Math.max(1, ...counts);
  const inner = height - below - above;
  const step = (width - left) / Math.max(1, counts.length);
  const bars = counts.map((count, span) => {
    const tall = (count / highest) * inner;
    return count === 0
      ? ""
      : `<rect x="${at(left + span * step)}" y="${at(above + inner - tall)}" width="${at(Math.min(40, step * 0.85))}" height="${at(tall)}"><title>${count} from ${timeOf(span * spanMs)}</title></rect>`;
  });
  const bottom = above + inner;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Objects copied in each ${timeOf(spanMs)}">
<line x1="${left}" y1="${above}" x2="${width}" y2="${above}"/><line x1="${left}" y1="${bottom}" x2="${width}" y2="${bottom}"/>
<text x="${left - 6}" y="${above + 4}" text-anchor="end">${highest.toLocaleString("en-US")}</text><text x="${left - 6}" y="${bottom + 4}" text-anchor="end">0</text>
${bars.join("")}
<text x="${left}" y="${height - 6}">0 s</text><text x="${width}" y="${height - 6}" text-anchor="end">${timeOf(counts.length * spanMs)}</text><text x="${(left + width) / 2}" y="${height - 6}" text-anchor="middle">objects in each ${timeOf(spanMs)}</text>
</svg>`;
}

/** Two digits after the point are finer than any screen. */
const at = (position: number): string => String(Math.round(position * 100) / 100);

function timeOf(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
