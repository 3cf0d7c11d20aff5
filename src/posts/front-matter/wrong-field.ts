/** A field of the front matter, and what is wrong with it. */
export interface WrongField {
  readonly field: string;
  readonly reason: string;
}
