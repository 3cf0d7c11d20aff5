import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { cleanUrl } from '../feeds/clean-url.ts';
import { fileUrl, INDEX_FILE, INDEX_MARK } from '../feeds/formats.ts';
import type { FeedEntry } from '../feeds/plan-feeds.ts';
import { manifestText, POSTS_MANIFEST, readManifest } from '../feeds/publish/manifest.ts';
import type { PictureCopies } from '../feeds/publish/picture-copies.ts';
import { Publication } from '../feeds/publish/publish.ts';
import { requestedPath } from '../feeds/publish/requested-path.ts';
import { cleanLine } from '../kernel/clean-text.ts';
import { BroadsheetError, reasonOf } from '../kernel/errors.ts';
import { escapeHtml } from '../kernel/escape.ts';
import type { Log } from '../kernel/log.ts';
import type { Problem } from '../kernel/problem.ts';
import { PROGRAM_VERSION } from '../kernel/version.ts';
import { dayInWords } from '../pages/latest-posts.ts';
import { languageAttributes, POSTS_FOLDER } from '../pages/layout-scope.ts';
import type { Pages } from '../pages/open-pages.ts';
import { signUpScope } from '../pages/sign-up-form.ts';
import type { CollectedPosts } from '../posts/collect-posts.ts';
import { repeatsBody } from '../posts/excerpt.ts';
import { newestFirst, type Post, type RenderedPost } from '../posts/post.ts';
import type { Config } from '../settings/config.ts';
import { openMediaFiles } from './media-files.ts';

// The pages of the posts, if no site generator makes them: one for each post at its own address, and
// lists of all. They are files in the output folder, like the archive: any web server can show
// them, and the service needs no other part for them.

/** What the pages are made from. */
export interface PostPagesInput {
  readonly config: Config;
  readonly collected: CollectedPosts;
  /** What the lists show, newest first. */
  readonly entries: readonly FeedEntry[];
  readonly pages: Pages;
  readonly pictures: PictureCopies;
  readonly log: Log;
}

/** The results for the pages of posts. */
export interface PostPagesReport {
  /** Number of posts with a page. */
  readonly pages: number;
  /** Number of files that differ from those of the last build, without pictures. */
  readonly changed: number;
  readonly leftOut: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Posts on a page of the list. */
const ON_A_LIST = 50;

/** Folders and files of the output folder that other pages are in. */
const TAKEN = /^(?:archive|assets|feeds)\/|^index\.html$/;

/** Posts of a batch. Its files are synced to the disk together. */
const BATCH = 1000;

/** How many posts are looked at before other work of this process may run. */
const AT_ONCE = 20;

/** What the manifest says of a file that is no page of a post. */
const KINDS = { list: 'list', moved: 'moved', media: 'media' } as const;

/**
 * Publishes the page of every published post, the lists of posts, and the pictures that they show. Renders
 * only what changed since the last build. Removes the pages of posts that are no longer published; a
 * post that moved has a page at its old address that leads to the new one. A file at such an address
 * that is not ours stays, with a warning.
 *
 * Works in batches, the newest posts first, and yields after each. What a batch published stays if the
 * build is ended: the next one continues there. Throws a `BroadsheetError` (`EXIT.disk`) if the folder
 * cannot be written.
 */
export async function* publishPostPages(
  input: PostPagesInput,
): AsyncGenerator<undefined, PostPagesReport> {
  const { config, entries, log } = input;
  const { output } = config.folders;
  const files: PageFiles = {
    before: readManifest(output, POSTS_MANIFEST),
    written: new Map(),
    warnings: [],
    changed: 0,
  };
  const leftOut: Problem[] = [];
  const shell = shellOf(input);
  const places = placesOf(input, files.warnings);
  const neighbours = neighboursOf(entries, places);
  const newestFirstPlaces = [...places].reverse();
  const batches = Math.max(1, Math.ceil(newestFirstPlaces.length / BATCH));
  for (let batch = 0; batch < batches; batch++) {
    const publication = new Publication(output);
    try {
      const media = openMediaFiles({ config, publication, ...files });
      const some = newestFirstPlaces.slice(batch * BATCH, (batch + 1) * BATCH);
      for (const [at, [path, post]] of some.entries()) {
        if (at % AT_ONCE === 0) {
          await setImmediate();
          log.progress('Pages', batch * BATCH + at, places.size);
        }
        const around = neighbours.get(post) ?? {};
        const place = { path, post, around, shell };
        const problem = putPage(place, input, { files, media, publication });
        if (problem !== undefined) leftOut.push(problem);
      }
      input.pictures.put(publication);
      const isLast = batch === batches - 1;
      if (isLast) {
        putLists({ places, shell }, input, { files, publication });
        putMovedPages(places, input, { files, publication });
        for (const path of files.before.keys()) {
          if (!files.written.has(path)) publication.remove(path);
        }
      }
      const known = isLast ? files.written : new Map([...files.before, ...files.written]);
      publication.put(POSTS_MANIFEST, manifestText(known));
      await publication.commit();
    } finally {
      publication.close();
    }
    yield;
  }
  log.progress('Pages', places.size, places.size);
  return { pages: places.size, changed: files.changed, leftOut, warnings: files.warnings };
}

/** The files of the last build and of this one, by path in the output folder: what each was made of. */
interface PageFiles {
  readonly before: ReadonlyMap<string, string>;
  readonly written: Map<string, string>;
  readonly warnings: Problem[];
  changed: number;
}

/** Where the pages of a batch go. */
interface Target {
  readonly files: PageFiles;
  readonly publication: Publication;
}

function put({ files, publication }: Target, path: string, text: string, madeOf: string): void {
  files.written.set(path, madeOf);
  if (publication.put(path, text)) files.changed += 1;
}

/** Whether the file at `path` is ours or missing. If it is somebody else's, it stays. */
function isFree({ files, publication }: Target, path: string, what: string): boolean {
  if (files.before.has(path)) return true;
  if (publication.textOf(path)?.includes(INDEX_MARK) !== false) return true;
  const message = `is the place of ${what}, and not of Broadsheet's making, so it stays; remove it, or give the post another address`;
  files.warnings.push({ file: publication.pathOf(path), message });
  return false;
}

/** Puts or keeps the page of a post. Returns why it cannot be rendered; its earlier page then stays. */
function putPage(
  place: {
    readonly path: string;
    readonly post: Post;
    readonly around: Around;
    readonly shell: string;
  },
  input: PostPagesInput,
  target: Target & { readonly media: ReturnType<typeof openMediaFiles> },
): Problem | undefined {
  const { config, collected, pictures } = input;
  const { files, media, publication } = target;
  const { path, post, around, shell } = place;
  if (!isFree(target, path, `the page of ${post.file}`)) return undefined;
  const fingerprint = hashOf([
    ...[shell, post.url, post.file, post.contentHash, post.fingerprint],
    ...[around.canonical, viewOf(around.earlier, input), viewOf(around.later, input)],
  ]);
  const earlier = files.before.get(path) ?? '';
  const [known, , ...shown] = earlier.split(' ');
  const shownBefore = shown.map(decodeURIComponent);
  const keep = () => {
    if (!publication.keep(path)) return false;
    files.written.set(path, earlier);
    for (const each of shownBefore) media.put(each, post);
    return true;
  };
  const isKnown =
    known === fingerprint && shownBefore.every((each) => media.isUnchanged(each, post));
  // Liquid can put anything into a post, and a copied picture has another address if its bytes changed:
  // the result must be rendered again to compare it.
  const isFixed = config.posts.liquid === 'off' && pictures.copyPicture === undefined;
  if (isKnown && isFixed && keep()) return undefined;
  try {
    const { rendered, warnings } = collected.renderAfresh(post);
    files.warnings.push(...warnings);
    const paths = media.shownBy(rendered);
    for (const each of paths) media.put(each, post);
    // Posts with warnings are rendered at every build, so their warnings are reported each time.
    const first = warnings.length === 0 ? fingerprint : 'again';
    const id = collected.idOf.get(post.file) ?? post.url;
    const madeOf = [first, ...[id, ...paths].map(encodeURIComponent)].join(' ');
    put(target, path, renderPost(rendered, around, input), madeOf);
    return undefined;
  } catch (error) {
    if (error instanceof BroadsheetError) throw error;
    if (earlier !== '') keep();
    const message = `cannot be rendered (${reasonOf(error)}); look for what is unusual in its text`;
    return { file: post.file, message };
  }
}

/** Changes when anything around the posts changes: templates, texts, the site, the newsletters. */
function shellOf({ config, pages }: PostPagesInput): string {
  const { site, posts, newsletters } = config;
  const names = newsletters.map(({ id, name, description, listed }) => [
    id,
    name,
    description,
    listed,
  ]);
  const sample = pages.render({
    ...{ name: 'post', title: '', path: '' },
    scope: { post: NO_POST, earlier: NO_LINK, later: NO_LINK, form: formOf(pages) },
  });
  return hashOf([PROGRAM_VERSION, site, posts, names, sample]);
}

const NO_LINK = { path: '', title: '', lang: '' };
const NO_POST = {
  ...{
    lang: '',
    kicker: ' ',
    title: '',
    standfirst: ' ',
    authors: [],
    day: '',
    date: '',
    html: '',
  },
  image: { url: '', alt: '', width: 1, height: 1 },
};

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27);
}

/**
 * The path of each post's page in the output folder, the oldest post first: of posts with one address,
 * the oldest keeps it, as in the feeds.
 */
function placesOf(
  { config, collected }: PostPagesInput,
  warnings: Problem[],
): ReadonlyMap<string, Post> {
  const places = new Map<string, Post>();
  for (const post of collected.folder.posts.toSorted((a, b) => newestFirst(b, a))) {
    const path = pagePath(post.url, config.publicUrl);
    if (path === undefined || TAKEN.test(path) || isListPath(path)) {
      const fact = path === undefined ? 'no web server shows' : 'is that of another page';
      const message = `has the address ${post.url}, which ${fact}; give it another one by permalink`;
      warnings.push({ file: post.file, line: 1, message });
      // Reading the posts has warned of the others with the same address.
    } else if (!places.has(path)) places.set(path, post);
  }
  return places;
}

/** The file of the page at `url`. Undefined if it is not in the output folder, or hidden. */
export function pagePath(url: string, publicUrl: string): string | undefined {
  const path = requestedPath(url, new URL(publicUrl).pathname);
  if (!url.startsWith(publicUrl) || path === undefined) return undefined;
  if (/[^/]\.html$/.test(path)) return path;
  return path === '' || path.endsWith('/') ? path + INDEX_FILE : `${path}/${INDEX_FILE}`;
}

/** What is around a post on its page. */
interface Around {
  /** URL of the post that tells its story, if that is another one. */
  readonly canonical?: string;
  readonly earlier?: Post;
  readonly later?: Post;
}

/** The posts that the lists show, with the ones before and after them. */
function neighboursOf(
  entries: readonly FeedEntry[],
  places: ReadonlyMap<string, Post>,
): ReadonlyMap<Post, Around> {
  const withPage = new Set(places.values());
  const shown = entries.map(({ story }) => story.shown).filter((post) => withPage.has(post));
  const around = new Map<Post, Around>(
    shown.map((post, at) => [post, { earlier: shown[at + 1], later: shown[at - 1] }]),
  );
  for (const { story } of entries) {
    for (const post of story.posts) {
      if (!around.has(post)) around.set(post, { canonical: story.shown.url });
    }
  }
  return around;
}

/** A post as a link to its page. */
function viewOf(post: Post | undefined, { config, pages }: PostPagesInput) {
  if (post === undefined) return null;
  return {
    path: new URL(post.url).pathname,
    title: titleOf(post),
    lang: languageAttributes(post.language ?? config.site.language, pages.texts.language),
  };
}

function titleOf(post: Post): string {
  return cleanLine(post.title) || cleanLine(post.slug) || post.file;
}

function dayOf(post: Post, { site }: Config): string {
  return post.date.toZonedDateTimeISO(site.timeZone).toPlainDate().toString();
}

/** The sign-up form. It is in a file, so it has no token, and its answer asks for one more click. */
function formOf({ texts, common }: Pages): object | null {
  const offered = common.newsletters;
  return offered.length === 0 ? null : signUpScope(texts, common, { source: 'embedded', offered });
}

function renderPost(rendered: RenderedPost, around: Around, input: PostPagesInput): string {
  const { config, pages } = input;
  const { post, html, excerpt, image } = rendered;
  const { texts } = pages;
  const day = dayOf(post, config);
  const title = titleOf(post);
  const lang = languageAttributes(post.language ?? config.site.language, texts.language);
  const isInBody = image !== undefined && html.includes(escapeHtml(image.url));
  const shown = image === undefined || image.isMissing || isInBody ? undefined : image;
  const scope = {
    post: {
      ...{ title, lang, html: scrollableByKey(html), day },
      kicker: cleanLine(post.categories[0] ?? '') || null,
      standfirst: post.excerpt && !repeatsBody(post.excerpt, html) ? cleanLine(post.excerpt) : '',
      authors: post.authors.map(({ name, url }) => ({
        ...{ name: cleanLine(name), url: url === undefined ? null : cleanUrl(url) },
      })),
      date: dayInWords(day, texts),
      image: shown
        ? {
            ...{ url: cleanUrl(shown.url), alt: cleanLine(shown.alt) },
            ...{ width: shown.width ?? null, height: shown.height ?? null },
          }
        : null,
    },
    earlier: viewOf(around.earlier, input),
    later: viewOf(around.later, input),
    form: formOf(pages),
  };
  return pages.render({
    ...{ name: 'post', title, description: cleanLine(excerpt), isIndexed: true, scope },
    url: cleanUrl(around.canonical ?? post.url),
    article: { published: post.date.toString(), ...(image && { image: cleanUrl(image.url) }) },
  });
}

/** Wide code and tables scroll sideways, and people who use the keyboard have to reach them. */
function scrollableByKey(html: string): string {
  return html.replace(/<(?:pre|table)(?=[ >])/g, '$& tabindex="0"');
}

/** Path of the `number`-th page of the list. The first has the oldest posts: a full page never changes. */
function listPath(number: number, last: number): string {
  return number === last
    ? `${POSTS_FOLDER}/${INDEX_FILE}`
    : `${POSTS_FOLDER}/${number}/${INDEX_FILE}`;
}

function isListPath(path: string): boolean {
  return new RegExp(`^${POSTS_FOLDER}/(?:\\d+/)?${INDEX_FILE}$`).test(path);
}

/** Puts the pages of the list. The newest has up to twice as many posts as the others. */
function putLists(
  { places, shell }: { readonly places: ReadonlyMap<string, Post>; readonly shell: string },
  input: PostPagesInput,
  target: Target,
): void {
  const withPage = new Set(places.values());
  const oldestFirst = input.entries
    .map(({ story }) => story.shown)
    .filter((post) => withPage.has(post))
    .toReversed();
  const last = Math.max(1, Math.floor(oldestFirst.length / ON_A_LIST));
  for (let number = 1; number <= last; number++) {
    const path = listPath(number, last);
    if (!isFree(target, path, 'the list of posts')) continue;
    const end = number === last ? oldestFirst.length : number * ON_A_LIST;
    const posts = oldestFirst.slice((number - 1) * ON_A_LIST, end).toReversed();
    const neighbours = [number + 1, number - 1].map((other) =>
      other < 1 || other > last ? null : listPath(other, last),
    );
    const rows = posts.map((post) => [viewOf(post, input), post.date, post.categories[0]]);
    const madeOf = `${KINDS.list} ${hashOf([shell, neighbours, rows])}`;
    if (target.files.before.get(path) === madeOf && target.publication.keep(path)) {
      target.files.written.set(path, madeOf);
    } else put(target, path, renderList(path, posts, neighbours, input), madeOf);
  }
}

function renderList(
  path: string,
  posts: readonly Post[],
  neighbours: readonly (string | null)[],
  input: PostPagesInput,
): string {
  const { config, pages } = input;
  const { texts, common } = pages;
  const months = Map.groupBy(posts, (post) => dayOf(post, config).slice(0, 7));
  const folderOf = (file: string) => file.slice(0, -INDEX_FILE.length);
  const [newer, older] = neighbours.map((file) =>
    file === null ? null : folderOf(fileUrl(common.published, file)),
  );
  return pages.render({
    ...{ name: 'posts', title: texts.text('site.posts.title'), isIndexed: true },
    path: folderOf(path),
    scope: {
      months: [...months].map(([month, some]) => ({
        name: dayInWords(`${month}-15`, texts, { month: 'long', year: 'numeric' }),
        posts: some.map((post) => {
          const day = dayOf(post, config);
          const kicker = cleanLine(post.categories[0] ?? '') || null;
          return { ...viewOf(post, input), day, date: dayInWords(day, texts), kicker };
        }),
      })),
      ...{ newer, older },
    },
  });
}

/** Puts a page that leads to the new address in place of each page whose post moved. */
function putMovedPages(
  places: ReadonlyMap<string, Post>,
  input: PostPagesInput,
  target: Target,
): void {
  const { collected, pages } = input;
  const { before, written } = target.files;
  const postOf = new Map(
    [...places.values()].map((post) => [collected.idOf.get(post.file) ?? post.url, post]),
  );
  for (const [path, madeOf] of before) {
    const [kind, encoded = ''] = madeOf.split(' ');
    if (written.has(path) || kind === KINDS.list || kind === KINDS.media) continue;
    const post = postOf.get(decodeURIComponent(encoded));
    if (post === undefined) continue;
    const { title, lang } = viewOf(post, input) ?? NO_LINK;
    const url = cleanUrl(post.url);
    const text = pages.render({
      ...{ name: 'moved', title: pages.texts.text('site.posts.moved'), url, goTo: url },
      scope: { post_title: title, lang },
    });
    put(target, path, text, `${KINDS.moved} ${encoded}`);
  }
}
