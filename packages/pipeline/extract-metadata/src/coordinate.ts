export interface Coordinate<Direction extends string> {
  D: number;
  M: number;
  S: number;
  Direction: Direction;
}

/**
 * One coordinate of EXIF's GPS block: degrees, minutes, seconds and a direction. Kept as the camera
 * wrote it where that is plain (whole degrees and minutes), else the same place in plain form: some
 * write 51.5° or 30.25′, and some round up to 60″.
 * @param largest 90 for a latitude, 180 for a longitude
 * @returns undefined for what is no place on earth
 */
export function coordinateOf<Direction extends string>(
  degreesMinutesSeconds: unknown,
  reference: unknown,
  directions: readonly [Direction, Direction],
  largest: 90 | 180,
): Coordinate<Direction> | undefined {
  const letter = typeof reference === "string" ? reference.trim().toUpperCase().charAt(0) : "";
  const direction = directions.find((candidate) => candidate === letter);
  if (direction === undefined || !Array.isArray(degreesMinutesSeconds)) return undefined;
  const [degrees, minutes = 0, seconds = 0] = degreesMinutesSeconds as unknown[];
  if (!isMeasure(degrees) || !isMeasure(minutes) || !isMeasure(seconds)) return undefined;

  const total = degrees + minutes / 60 + seconds / 3600;
  if (total > largest) return undefined;
  const plain =
    Number.isInteger(degrees) && Number.isInteger(minutes) && minutes < 60 && seconds < 60;
  return plain
    ? { D: degrees, M: minutes, S: seconds, Direction: direction }
    : { ...split(total), Direction: direction };
}

function isMeasure(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** To a ten-thousandth of a second: 3 mm. Counted in these, so that nothing rounds up to 60. */
function split(degrees: number): { D: number; M: number; S: number } {
  const units = Math.round(degrees * 3600 * 10_000);
  const unitsOfMinute = 60 * 10_000;
  const minutes = Math.floor(units / unitsOfMinute);
  return {
    D: Math.floor(minutes / 60),
    M: minutes % 60,
    S: (units % unitsOfMinute) / 10_000,
  };
}
