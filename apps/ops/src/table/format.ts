import type { ExtractedMetadata, GeoLocation, Tag } from "@darkroom/workflow";

/** `1,234,567` */
export const formatCount = (count: number): string => count.toLocaleString("en-US");

/** `9.5 objects/s`, `1,234 objects/s` */
export const formatRate = (perSecond: number): string =>
  `${perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond))} objects/s`;

/** Bytes as file managers show them: `3.1 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Milliseconds as a person says them: `0.42 s`, `12.3 s`, `3 min 04 s`, `2 h 10 min`, `3 d 2 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `JPEG 1920×1280`, upright. */
export function formatPicture({ format, width, height }: ExtractedMetadata): string {
  return `${format} ${width}×${height}`;
}

/** `2024-05-06 07:08`, in the camera's own time. */
export function formatTaken(creationTime: string): string {
  return creationTime.slice(0, 16).replace("T", " ");
}

/** `SONY ILCE-7M2`; a model that begins with its make stands alone. */
export function formatCamera({ exifMake, exifModel }: ExtractedMetadata): string {
  if (exifMake === undefined || exifModel === undefined) return exifMake ?? exifModel ?? "";
  return exifModel.toLowerCase().startsWith(exifMake.toLowerCase())
    ? exifModel
    : `${exifMake} ${exifModel}`;
}

/** `46°30′N 7°15′W`: to a minute, which is a mile. */
export function formatPlace({ latitude, longitude }: GeoLocation): string {
  const part = ({ D, M, Direction }: { D: number; M: number; Direction: string }) =>
    `${D}°${String(Math.floor(M)).padStart(2, "0")}′${Direction}`;
  return `${part(latitude)} ${part(longitude)}`;
}

/** As many labels as fit into `width` columns, the surest first, and how many more there are: `Person, Chair +3`. */
export function formatLabels(tags: readonly Tag[], width: number): string {
  const names = [...tags].sort((a, b) => b.confidence - a.confidence).map(({ name }) => name);
  for (let shown = names.length; shown > 0; shown -= 1) {
    const more = names.length - shown;
    const text = names.slice(0, shown).join(", ") + (more > 0 ? ` +${more}` : "");
    if (text.length <= width || shown === 1) return text;
  }
  return "";
}
