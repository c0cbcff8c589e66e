/** Nothing was heard of any photo for a long time. */
export class Stalled extends Error {
  readonly afterMs: number;
  constructor(afterMs: number) {
    super(`no news for ${afterMs / 60_000} min`);
    this.name = "Stalled";
    this.afterMs = afterMs;
  }
}
