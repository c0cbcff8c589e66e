/** From when until when metrics are read, and in periods of how many seconds. */
export interface TimeSpan {
  readonly since: Date;
  readonly until: Date;
  readonly periodSeconds: number;
}

const periods = [60, 300, 900, 3600, 86_400];
/** More points tell no more on a screen, and few are quick to read. */
const maximumPoints = 480;
/** Older minutes and quarters of an hour are kept by the hour only. */
const onlyHoursAfterMs = 15 * 86_400_000;

/** The last so many milliseconds; it begins with a whole period, so that each is complete but the last. */
export function timeSpan(lengthMs: number, nowMs: number): TimeSpan {
  const shortest = lengthMs >= onlyHoursAfterMs ? 3600 : 60;
  const periodSeconds =
    periods.find((seconds) => seconds >= shortest && lengthMs / 1000 / seconds <= maximumPoints) ??
    86_400;
  const periodMs = periodSeconds * 1000;
  const since = Math.floor((nowMs - lengthMs) / periodMs) * periodMs;
  return { since: new Date(since), until: new Date(nowMs), periodSeconds };
}
