import type { Json } from "@darkroom/states";

/** A time as a definition writes it, in the epoch seconds of the JSON protocols; what is none is left to the service. */
export function readEventTime(time: Json): Json {
  const milliseconds = typeof time === "string" ? Date.parse(time) : Number.NaN;
  return Number.isNaN(milliseconds) ? time : milliseconds / 1000;
}
