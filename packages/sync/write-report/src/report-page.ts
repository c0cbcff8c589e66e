import type { ListingProgress, SyncRequest, SyncSummary } from "@darkroom/sync-workflow";
import { copiedChart } from "./copied-chart.ts";
import type { CopiedOverTime } from "./copied-over-time.ts";
import { escapeHtml } from "./escape-html.ts";
import type { Tally } from "./tally.ts";

export interface ReportContent {
  sync: SyncRequest;
  progress: ListingProgress;
  summary: SyncSummary;
  failures: Tally["failures"];
  errors: Tally["errors"];
  timeline: CopiedOverTime;
  /** ISO 8601 in UTC. */
  startTime: string;
}

/** One page that needs nothing else: no script, no other file, and a policy that would refuse both. */
export function reportPage(content: ReportContent): string {
  const { sync, summary, startTime } = content;
  const title = `${sync.source} → ${sync.destination}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="kind">${kindOf(summary)}</p>
<h1>${escapeHtml(title)}</h1>
<p>${describe(sync)}Begun <time>${escapeHtml(startTime)}</time>, took ${seconds(summary.seconds)}.</p>
<p class="${summary.ok ? "good" : "bad"}">${summary.ok ? verdict(summary) : escapeHtml(summary.reason ?? "")}</p>
</header>
<main>
${figures(content)}
${summary.copied > 0 ? `<section><h2>Objects copied over time</h2>${copiedChart(content.timeline)}</section>` : ""}
${failureTables(content)}
</main>
<footer><p>Every object's fate is in <code>report.jsonl</code> beside this page.</p></footer>
</body>
</html>
`;
}

function kindOf({ dryRun, failure }: SyncSummary): string {
  const kind = dryRun ? "Dry run: nothing was changed" : "Sync";
  return failure === undefined ? kind : `${kind}, broken off: these figures are what is known`;
}

function describe({ prefix, startAfter }: SyncRequest): string {
  const parts = [
    prefix === "" ? "" : `Keys under <code>${escapeHtml(prefix)}</code>. `,
    startAfter === "" ? "" : `Keys after <code>${escapeHtml(startAfter)}</code>. `,
  ];
  return parts.join("");
}

function verdict({ listed, dryRun, failed }: SyncSummary): string {
  if (listed === 0) return "The source has no object here.";
  if (dryRun) return "This is what a run would do.";
  return failed === 0 ? "All is well." : "As many failed as the request allows, or fewer.";
}

function figures({ sync, progress, summary }: ReportContent): string {
  const rate = summary.seconds > 0 ? summary.copied / summary.seconds : 0;
  const shown: [string, string][] = [
    ["listed", count(summary.listed)],
    ["unchanged", count(summary.unchanged)],
    ["differing", count(summary.differing)],
    ...(summary.dryRun
      ? ([["to copy", bytes(progress.differingBytes)]] satisfies [string, string][])
      : ([
          ["copied", count(summary.copied)],
          ["of data", bytes(summary.bytes)],
          ["objects/s", count(Number(rate.toPrecision(3)))],
          ["failed", count(summary.failed)],
          ["vanished", count(summary.vanished)],
          ["archived", count(summary.archived)],
        ] satisfies [string, string][])),
    ["orphans", count(summary.orphans)],
    ...(sync.deleteOrphans && !summary.dryRun
      ? ([["deleted", count(summary.deleted)]] satisfies [string, string][])
      : []),
  ];
  const cards = shown.map(
    ([name, value]) =>
      `<div${name === "failed" && summary.failed > 0 ? ' class="bad"' : ""}><dt>${name}</dt><dd>${value}</dd></div>`,
  );
  return `<dl>${cards.join("")}</dl>`;
}

function failureTables({ summary, failures, errors }: ReportContent): string {
  if (failures.length === 0) return "";
  const byError = [...errors]
    .sort(([, one], [, other]) => other - one)
    .map(([name, many]) => `<li><code>${escapeHtml(name)}</code> ${count(many)}</li>`);
  const rows = failures.map(
    ({ key, error = "", message = "", at }) =>
      `<tr><td class="key">${escapeHtml(key)}</td><td><code>${escapeHtml(error)}</code></td><td>${escapeHtml(message)}</td><td>${escapeHtml(at)}</td></tr>`,
  );
  const heading =
    failures.length < summary.failed
      ? `The first ${count(failures.length)} of ${count(summary.failed)} failures`
      : "Failures";
  return `<section><h2>${heading}</h2><ul class="errors">${byError.join("")}</ul>
<div class="scroll"><table><thead><tr><th>key</th><th>error</th><th>message</th><th>at</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div></section>`;
}

const count = (value: number): string => value.toLocaleString("en-US");

function seconds(value: number): string {
  if (value < 60) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  const hours = whole < 3600 ? "" : `${Math.floor(whole / 3600)} h `;
  return `${hours}${Math.floor((whole % 3600) / 60)} min ${whole % 60} s`;
}

function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? scaled : scaled.toFixed(1)} ${units[unit]}`;
}

const style = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--good:#1a7f4b;--bad:#c0392b;--bar:#3b7dd8}
@media(prefers-color-scheme:dark){:root{--good:#5fd39a;--bad:#ff8a7a;--bar:#7fb2ff}}
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:.2rem 0;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.kind{text-transform:uppercase;letter-spacing:.08em;font-size:.8rem;opacity:.7;margin:0}
p.good,p.bad{font-weight:600}.good{color:var(--good)}.bad{color:var(--bad)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(8rem,1fr));gap:.6rem;margin:1.5rem 0}
dl div{background:var(--soft);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
dt{font-size:.8rem;opacity:.75}dd{margin:0;font-size:1.3rem;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;display:block}svg rect{fill:var(--bar)}
svg text{font:11px system-ui,sans-serif;fill:currentColor;opacity:.75}svg line{stroke:var(--line)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
.key{overflow-wrap:anywhere;white-space:pre-wrap;min-width:12rem}
.errors{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem}
footer{margin-top:2.5rem;font-size:.9rem;opacity:.75}
`;
