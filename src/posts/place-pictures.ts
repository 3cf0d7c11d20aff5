import type { Problem } from '../kernel/problem.ts';
import type { Picture } from './files/find-pictures.ts';
import { waysOf } from './generators/site-generators.ts';
import { markedAddress } from './links.ts';
import { absoluteUrl } from './markdown/absolute-url.ts';
import type { PostSource } from './parse-post.ts';
import type { Image, Post } from './post.ts';
import type { RenderContext } from './post-context.ts';

/** Why readers may not see a picture, and what to do. */
interface Fault {
  readonly fact: string;
  readonly remedy: string;
}

const NOT_FOUND: Fault = {
  fact: 'is missing',
  remedy: 'correct its path, or posts.siteRoot, or put the file there',
};

const IS_ADDRESS = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;
const IS_FROM_ROOT = /^[/\\]/;

/** The pictures in the text of one post. */
export interface TextPictures {
  /** The address at which readers find the picture that the text calls `source`; undefined if it stays as it is. */
  readonly addressOf: (source: string) => string | undefined;
  /** One warning for each kind of fault, at the line of the first such picture. */
  readonly warnings: () => readonly Problem[];
}

/**
 * Looks for the pictures in the text of `post`: beside the post first, then from the site's root. Addresses of
 * other sites stay as they are, and nothing is fetched.
 */
export function openTextPictures(
  post: Post,
  source: PostSource,
  context: RenderContext,
): TextPictures {
  const faults = new Map<string, { readonly fault: Fault; readonly sources: Set<string> }>();
  return {
    addressOf(address) {
      const { url, fault } = placeInText(address, post, context);
      if (fault !== undefined) {
        const known = faults.get(fault.fact) ?? { fault, sources: new Set<string>() };
        known.sources.add(address);
        faults.set(fault.fact, known);
      }
      return url;
    },
    warnings: () =>
      [...faults.values()].map(({ fault: { fact, remedy }, sources }) => {
        const [first = ''] = sources;
        const more = sources.size - 1;
        const others =
          more === 0 ? '' : `, as ${more === 1 ? 'is' : 'are'} ${more} more of the post`;
        const message = `picture "${decoded(first).slice(0, 80)}" ${fact}${others}; ${remedy}`;
        return { file: post.file, line: lineOf(first, source), message };
      }),
  };
}

function placeInText(
  address: string,
  post: Post,
  context: RenderContext,
): { readonly url?: string | undefined; readonly fault?: Fault } {
  const { pictures, site, settings } = context;
  const { addsBase } = waysOf(settings.generator);
  const marked = markedAddress(address, post, context);
  // A mark of a template has no file.
  if (IS_ADDRESS.test(address) || /^[#?]|\{[{%]/.test(address) || address === '') return {};
  const isFromRoot = marked !== undefined || IS_FROM_ROOT.test(address);
  const found = isFromRoot ? undefined : pictures.beside(address, post.file);
  const known = found && addressOfCopy(found, context);
  if (known !== undefined) return 'url' in known ? known : { fault: known };
  if (found !== undefined) return {};
  const below =
    addsBase && isFromRoot && !address.startsWith(new URL(site.url).pathname)
      ? address
      : marked?.path;
  const url =
    below === undefined
      ? absoluteUrl(address, post.url, 'fetched')
      : absoluteUrl(`.${below}`, site.url, 'fetched');
  // Other parts of the server are not on this disk.
  if (url === undefined || !url.startsWith(site.url)) return { url };
  const path = decoded(marked?.file ?? '') || pathOnSite(url, site.url);
  return pictures.atRoot(path) ? { url } : { url, fault: NOT_FOUND };
}

/** Undefined if the picture stays where it is. */
function addressOfCopy(
  picture: Picture,
  { settings, copyPicture }: RenderContext,
): { readonly url: string } | Fault | undefined {
  if (copyPicture !== undefined) return copyPicture(picture);
  const { renamesPictures } = waysOf(settings.generator);
  if (renamesPictures === undefined) return undefined;
  return {
    fact: `is renamed by ${renamesPictures} when it makes the site, and the new name is not known`,
    remedy:
      'set feeds.copyPictures, or put it into the folder of public files, and write its path from the root',
  };
}

/** The line of the file where the body first has `source`, which Markdown may have encoded. */
function lineOf(source: string, { body, bodyLine }: PostSource): number {
  const at = [source, decoded(source)].map((text) => body.indexOf(text)).find((each) => each >= 0);
  return at === undefined ? bodyLine : bodyLine + body.slice(0, at).split('\n').length - 1;
}

/**
 * The picture that the front matter names, and the facts of its file if the file exists: beside the post if
 * that has a folder of its own, else from the site's root. Returns a reason if its address is not known, or
 * if a reader could not fetch it.
 */
export function leadPicture(
  post: Post,
  context: RenderContext,
): { readonly image?: Image; readonly reason?: string } {
  if (post.image === undefined) return {};
  const { site, settings, pictures } = context;
  const { source, alt, isRelative } = post.image;
  const wrong = (fact: string) => ({ reason: `image "${source.slice(0, 80)}" ${fact}` });
  const missing = wrong(`${NOT_FOUND.fact}, so mails are without it; ${NOT_FOUND.remedy}`);
  const marked = markedAddress(source, post, context);
  if (marked !== undefined) {
    const { url = '' } = placeInText(source, post, context);
    const file = pictures.atRoot(decoded(marked.file ?? marked.path));
    return file === undefined
      ? { image: { url, alt, isMissing: true }, ...missing }
      : { image: { url, alt, ...file.facts() } };
  }
  const isAddress = IS_ADDRESS.test(source);
  const isFromRoot = IS_FROM_ROOT.test(source);
  const found = isAddress || isFromRoot ? undefined : pictures.beside(source, post.file);
  const known = found && addressOfCopy(found, context);
  if (known !== undefined) {
    return 'url' in known
      ? { image: { url: known.url, alt, ...found?.facts() } }
      : wrong(`${known.fact}; ${known.remedy}`);
  }
  if (!isAddress && !isFromRoot && (isRelative || (found && isBundle(post.file)))) {
    // No generator that renames pictures has it at the path beside the page.
    if (waysOf(settings.generator).renamesPictures !== undefined) return missing;
    const url = absoluteUrl(source, post.url, 'fetched');
    if (url === undefined) return wrong('is no web address; write its path');
    return found === undefined
      ? { image: { url, alt, isMissing: true }, ...missing }
      : { image: { url, alt, ...found.facts() } };
  }
  if (!isAddress && leavesSite(source)) {
    return wrong('leaves the site by ".."; write its path from the root');
  }
  const { pathname } = new URL(site.url);
  const ownPath = source.startsWith(pathname)
    ? source.slice(pathname.length)
    : source.replace(/^[/\\]+/, '');
  const url = absoluteUrl(isAddress ? source : `./${ownPath}`, site.url, 'fetched');
  if (url === undefined) return wrong('is no web address; write its path from the root');
  if (!url.startsWith(site.url)) return { image: { url, alt } };
  const ofSite = pictures.atRoot(pathOnSite(url, site.url));
  return ofSite === undefined
    ? { image: { url, alt, isMissing: true }, ...missing }
    : { image: { url, alt, ...ofSite.facts() } };
}

/** The path of `url`, decoded, from the root of the site at `siteUrl`, which it begins with. */
function pathOnSite(url: string, siteUrl: string): string {
  return decoded(`/${url.slice(siteUrl.length).replace(/[?#].*$/, '')}`);
}

/** Whether the post has a folder of its own, for its pictures: `title/index.md`. */
function isBundle(file: string): boolean {
  return /(?:^|\/)index\.[^/]+$/.test(file);
}

function leavesSite(source: string): boolean {
  const [path = ''] = decoded(source).split(/[?#]/, 1);
  let depth = 0;
  for (const segment of path.split(/[/\\]+/)) {
    if (segment === '..') depth--;
    else if (segment !== '' && segment !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
