/**
 * The time a camera wrote (`2023:05:01 12:34:56`) and the offset it may have written with it, as ISO
 * 8601: local time where there is no offset. Undefined for a date that can't be.
 */
export function creationTimeOf(dateTime: string, offset: string | undefined): string | undefined {
  const parts = /^(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(dateTime.trim());
  if (parts === null) return undefined;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = ""] = parts;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // Date carries 31 February over into March: only a date that comes back as it went in is one.
  const date = new Date(`${local}Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== local) return undefined;
  if (Number(year) < firstYear) return undefined;
  return `${local}${isOffset(offset?.trim()) ? offset?.trim() : ""}`;
}

/** Of the oldest photograph; cameras without a clock write 0000. */
const firstYear = 1826;

/** What cameras write when they have no date: no reason for a warning. */
export function isBlankTime(dateTime: string): boolean {
  return /^[\s0:]*$/.test(dateTime);
}

function isOffset(offset: string | undefined): boolean {
  return offset !== undefined && /^([+-](0\d|1[0-4]):[0-5]\d|Z)$/.test(offset);
}
