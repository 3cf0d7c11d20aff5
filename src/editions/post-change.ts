/** What became of a post since an edition with it was composed. */
export type PostChangeKind =
  | 'changed'
  | 'retitled'
  | 'moved'
  | 'gone'
  | 'draft'
  | 'future'
  | 'broken';

export interface PostChange {
  /** Path in the posts folder, as it was then. */
  readonly file: string;
  /** As the edition has it. */
  readonly title: string;
  readonly kind: PostChangeKind;
}

const TAKEN_AWAY: readonly PostChangeKind[] = ['gone', 'draft', 'future', 'broken'];

/** Whether readers of the site no longer find the post, whose story the edition still tells. */
export function isTakenAway({ kind }: PostChange): boolean {
  return TAKEN_AWAY.includes(kind);
}
