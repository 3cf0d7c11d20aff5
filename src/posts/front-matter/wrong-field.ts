/** A wrong field of the front matter, and the reason. */
export interface WrongField {
  readonly field: string;
  readonly reason: string;
}
