/** How a post changed after an edition with it was composed. */
export type PostChangeKind =
  | 'changed'
  | 'retitled'
  | 'moved'
  | 'gone'
  | 'draft'
  | 'future'
  | 'withdrawn'
  | 'broken';

export interface PostChange {
  /** Path in the posts folder when the edition was composed. */
  readonly file: string;
  /** The title in the edition. */
  readonly title: string;
  readonly kind: PostChangeKind;
}

const TAKEN_AWAY: readonly PostChangeKind[] = ['gone', 'draft', 'future', 'withdrawn', 'broken'];

/** Whether the site no longer has the post, although the edition still has its story. */
export function isTakenAway({ kind }: PostChange): boolean {
  return TAKEN_AWAY.includes(kind);
}
