import assert from 'node:assert/strict';
import type { Problem } from '../../src/kernel/problem.ts';
import type { Picture } from '../../src/posts/files/find-pictures.ts';
import { type ParsedPost, parsePost } from '../../src/posts/parse-post.ts';
import type { ImageFacts, Post, RenderedPost } from '../../src/posts/post.ts';
import type { PostContext, RenderContext } from '../../src/posts/post-context.ts';
import { renderPost } from '../../src/posts/render-post.ts';
import type { PostSettings, SiteSettings } from '../../src/settings/settings.ts';
import { DEFAULTS } from '../support/default-settings.ts';

export const site: SiteSettings = {
  ...DEFAULTS.site,
  color: '#8b1e2d',
  title: 'The Quay',
  url: 'https://quay.example/',
  timeZone: 'Europe/London',
  author: { name: 'The Quay' },
};

export const settings: PostSettings = DEFAULTS.posts;

export interface Given {
  readonly file?: string;
  readonly site?: Partial<SiteSettings>;
  readonly settings?: Partial<PostSettings>;
  readonly context?: Partial<PostContext>;
}

/** What `parsePost` says of a file's text. */
export function parsed(text: string, given: Given = {}) {
  return parsePost(
    { text, file: given.file ?? '2026-03-20-spring.md', contentHash: 'c0ffee' },
    {
      ...given.context,
      site: { ...site, ...given.site },
      settings: { ...settings, ...given.settings },
    },
  );
}

/** The post of a file's text; fails where there is none. */
export function parsedPost(text: string, given: Given = {}): ParsedPost {
  const result = parsed(text, given);
  assert.ok('post' in result, JSON.stringify(result));
  return result;
}

/** The post of these lines of front matter. */
export function postWith(frontMatter: string, given: Given = {}): Post {
  return parsedPost(`---\n${frontMatter}\n---\nText.\n`, given).post;
}

/** Why a file's text is left out; fails where it is not. */
export function problemOf(text: string, given: Given = {}): Problem {
  const result = parsed(text, given);
  assert.ok('problem' in result, 'the post was read');
  return result.problem;
}

export interface GivenRender extends Omit<Given, 'context'> {
  readonly frontMatter?: string;
  readonly context?: Partial<
    Pick<
      RenderContext,
      'urlOf' | 'include' | 'textOf' | 'shortcodes' | 'copyPicture' | 'inherited'
    > &
      RenderContext['pictures']
  >;
}

/** The file of a picture. */
export function picture(file: string, facts: ImageFacts = {}): Picture {
  return { file, sizeBytes: 7, stamp: '7', facts: () => facts };
}

/** A body as readers see it, of the post at https://quay.example/2026/03/20/spring.html. */
export function rendered(
  body: string,
  given: GivenRender = {},
): RenderedPost & { readonly warnings: readonly Problem[] } {
  const { post, source } = parsedPost(
    `---\ntitle: Spring\n${given.frontMatter ?? ''}\n---\n${body}`,
    { ...given, context: undefined },
  );
  const { beside = () => undefined, atRoot = () => undefined, ...context } = given.context ?? {};
  const result = renderPost(post, source, {
    site: { ...site, ...given.site },
    settings: { ...settings, ...given.settings },
    urlOf: () => undefined,
    include: () => undefined,
    textOf: () => undefined,
    shortcodes: new Map(),
    pictures: { beside, atRoot },
    ...context,
  });
  return { ...result.rendered, warnings: result.warnings };
}
