/** What the moderation model says of a picture: its five classes, each 0 to 1, together 1. */
export interface ModerationScores {
  /** Harmless drawings. */
  readonly drawing: number;
  /** Pornographic drawings. */
  readonly hentai: number;
  /** Harmless pictures. */
  readonly neutral: number;
  /** Pornographic pictures. */
  readonly porn: number;
  /** Suggestive pictures that are not pornographic. */
  readonly sexy: number;
}
