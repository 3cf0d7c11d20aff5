import type { PostNotes } from '../../posts/report-posts.ts';
import type { Edition } from '../edition.ts';

/** An edition that would be composed now; `undefined` where nothing is new (or too little). */
export interface EditionDraft extends PostNotes {
  readonly edition: Edition | undefined;
}

/** What `compose` did: the edition is stored; `undefined` where nothing is new. */
export type ComposeReport = EditionDraft;

/** What would be sent, as files to look at; stores nothing. */
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
