/** A time as the JSON protocol tells it. @param milliseconds since the epoch */
export const seconds = (milliseconds: number): number => milliseconds / 1000;
