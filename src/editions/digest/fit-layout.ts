import type { StoryRole } from '../../database/states.ts';
import type { Post, Story } from '../../posts/post.ts';
import type { EditionPost } from '../edition.ts';
import type { Selection } from './select-stories.ts';

/** The stories of an edition, by the room each gets in the digest. */
export interface Layout {
  readonly lead: Post;
  readonly stories: readonly Post[];
  readonly headlines: readonly Post[];
  /** Stories that the digest only counts. */
  readonly dropped: readonly Story[];
}

/**
 * Returns the page of the roomiest layout of `selection` that `fits`, or of the tightest if none
 * does. Room is saved from the end: first stories become headlines, one by one, then headlines are
 * dropped. The lead always stays. A binary search keeps the number of pages small.
 */
export async function fitLayout<Page>(
  selection: Selection,
  make: (layout: Layout) => Promise<Page>,
  fits: (page: Page) => boolean,
): Promise<Page> {
  const roomiest = await make(layoutAt(selection, 0));
  if (fits(roomiest)) return roomiest;
  let tooRoomy = 0;
  let tight = selection.stories.length * 2 + selection.headlines.length;
  let page = await make(layoutAt(selection, tight));
  while (tight - tooRoomy > 1) {
    const middle = Math.floor((tooRoomy + tight) / 2);
    const candidate = await make(layoutAt(selection, middle));
    if (fits(candidate)) {
      tight = middle;
      page = candidate;
    } else {
      tooRoomy = middle;
    }
  }
  return page;
}

/** The layout after `steps` steps of tightening. */
function layoutAt(selection: Selection, steps: number): Layout {
  const all = [...selection.stories, ...selection.headlines];
  const stories = Math.max(0, selection.stories.length - steps);
  const droppedSteps = Math.max(0, steps - selection.stories.length);
  const listed = Math.max(stories, all.length - droppedSteps);
  return {
    lead: selection.lead.shown,
    stories: all.slice(0, stories).map((story) => story.shown),
    headlines: all.slice(stories, listed).map((story) => story.shown),
    dropped: [...all.slice(listed), ...selection.dropped],
  };
}

/**
 * Every post of the selection as the edition stores it. The shown ones come first, in the digest's
 * order and with their roles, then those of the same stories. All are in the edition, so none is
 * used again. Throws if a post has no id (a bug of the caller).
 */
export function editionPosts(
  selection: Selection,
  layout: Layout,
  idOf: ReadonlyMap<string, string>,
): EditionPost[] {
  const roles = new Map<string, StoryRole>([
    [layout.lead.file, 'lead'],
    ...layout.stories.map((post) => [post.file, 'story'] as const),
    ...layout.headlines.map((post) => [post.file, 'headline'] as const),
    ...layout.dropped.map((story) => [story.shown.file, 'web'] as const),
  ]);
  const all = [selection.lead, ...selection.stories, ...selection.headlines, ...selection.dropped];
  const others = all.flatMap(({ shown, posts }) => posts.filter((post) => post !== shown));
  return [...all.map(({ shown }) => shown), ...others].map(({ file, title, url, fingerprint }) => {
    const id = idOf.get(file);
    if (id === undefined) throw new Error(`${file} is to be in an edition and has no id`);
    return { id, file, title, url, role: roles.get(file), fingerprint };
  });
}
