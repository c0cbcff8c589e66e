import { UsageError } from "../failure.ts";

const unitMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** CloudWatch keeps nothing longer (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html). */
const longestMs = 455 * 86_400_000;

/** `30m`, `1h`, `7d` in milliseconds. @throws UsageError */
export function parseSince(text: string): number {
  const [, count = "", unit = ""] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (unitMs[unit] ?? 0);
  if (milliseconds > 0 && milliseconds <= longestMs) return milliseconds;
  throw new UsageError(`--since "${text}": give a time such as 30m, 1h or 7d, up to 455d`);
}
