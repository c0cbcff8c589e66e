/** Where the local cloud pretends to be. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}
