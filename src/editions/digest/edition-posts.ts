import type { StoryRole } from '../../database/states.ts';
import type { Post, Story } from '../../posts/post.ts';
import type { EditionPost } from '../edition.ts';
import type { Layout } from './fit-layout.ts';
import type { Selection } from './select-stories.ts';

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
  const entry = (post: Post): EditionPost => {
    const id = idOf.get(post.file);
    if (id === undefined) throw new Error(`${post.file} is to be in an edition and has no id`);
    const role = roles.get(post.file);
    const { file, title, url, fingerprint } = post;
    return { id, file, title, url, ...(role && { role }), fingerprint };
  };
  const others = (story: Story) => story.posts.filter((post) => post !== story.shown);
  return [
    ...all.map((story) => entry(story.shown)),
    ...all.flatMap((story) => others(story).map(entry)),
  ];
}
