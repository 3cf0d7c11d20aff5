import type { PostNotes } from '../../posts/report-posts.ts';
import type { Edition } from '../edition.ts';

/** The edition that would be composed now. `undefined` if there are no new stories, or too few. */
export interface EditionDraft extends PostNotes {
  readonly edition: Edition | undefined;
}

/** The result of `compose`: the edition is stored. `undefined` if there is nothing new. */
export type ComposeReport = EditionDraft;

/** The next edition as files to check. Nothing is stored. */
export type PreviewReport =
  | (PostNotes & { readonly kind: 'nothingNew' })
  | (PostNotes & {
      readonly kind: 'preview';
      readonly edition: Edition;
      /** Filled in for an invented subscriber. */
      readonly html: string;
      readonly text: string;
      readonly eml: Buffer;
    });
