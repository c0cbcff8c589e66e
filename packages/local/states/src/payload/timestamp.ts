/** RFC 3339 as Amazon States Language takes it: an upper-case T, and Z or a numeric offset. */
const pattern =
  /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads a timestamp such as `2016-03-14T01:59:00Z`.
 * @returns epoch milliseconds, with a fraction for what is finer; undefined for what is no timestamp
 */
export function parseTimestamp(text: string): number | undefined {
  const [, date, time, fraction = "", offset] = pattern.exec(text) ?? [];
  if (date === undefined) return undefined;
  const utc = Date.parse(`${date}T${time}Z`);
  // Date.parse takes the 31st of any month, as a day of the next one.
  if (Number.isNaN(utc) || !new Date(utc).toISOString().startsWith(date)) return undefined;
  return Date.parse(`${date}T${time}${offset}`) + Number(`0${fraction}`) * 1000;
}
