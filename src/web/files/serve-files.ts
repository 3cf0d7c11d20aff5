import { once } from 'node:events';
import { ReadStream, statSync } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { documentPath, FORMATS, fileUrl, INDEX_FILE, isHubTopic } from '../../feeds/formats.ts';
import { COPIES, isCopyOf } from '../../feeds/publish/compressed-copies.ts';
import { isPictureCopy } from '../../feeds/publish/picture-copies.ts';
import { requestedPath } from '../../feeds/publish/requested-path.ts';
import type { Config } from '../../settings/config.ts';
import { requireServiceUrl } from '../../settings/require-service-url.ts';
import type { RoutePlugin } from '../web-dependencies.ts';
import { WebError } from '../web-error.ts';
import { OF_CONTENT, openAnswerMemory, tagOf } from './answer-memory.ts';

/** The page of all feeds. The home page is a page of the site. */
const FEEDS_PAGE = 'feeds/index.html';
const ALLOWED = 'GET, HEAD, OPTIONS';

/** How long a cache may use a file that is not a feed without asking. */
const PAGE_SECONDS = 300;

/** RFC 8246: the name of a copied picture is made of its bytes. Pages of other sites show it, too. */
const OF_PICTURES = {
  'cache-control': 'public, max-age=31536000, immutable',
  'cross-origin-resource-policy': 'cross-origin',
};

/** A first build of many posts takes a few seconds. */
const BUILD_SECONDS = 10;

/** The pages of editions in the archive. Their HTML is that of a mail, with styles in attributes. */
const EDITION_PAGE = /^archive\/[^/]+-\d{4}-\d\d-\d\d(-\d+)?\/index\.html$/;

/** Scripts of other sites may read feeds: feeds are made for other programs. */
const OF_FEEDS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Date, ETag, Link',
  'cross-origin-resource-policy': 'cross-origin',
};

/** Answers a browser that asks whether a script may send a conditional request. */
const PREFLIGHT_HEADERS = {
  ...OF_FEEDS,
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since',
  'access-control-max-age': '86400',
};

/**
 * What proxies add to the tag of a file that they compress, and do not remove from requests: Apache `-gzip`
 * and `-br`, Jetty `--gzip`, older ones `;gzip`.
 */
const PROXY_SUFFIX = /(?:--gzip|-gzip|;gzip|-br|-zstd|-deflate)(?=")/g;

/** The type of a file, from its name. */
interface MediaType {
  /** The value for `Content-Type`. */
  readonly type: string;
  /** Whether it is for programs, also on other sites: feeds and lists of feeds. */
  readonly isFeed: boolean;
}

const { rss, atom, json } = FORMATS;

/** RFC 7303 §3.2: this charset outranks the document's own declaration. */
const FEEDS: ReadonlyMap<string, string> = new Map([
  [rss.file, `${rss.type}; charset=utf-8`],
  [atom.file, `${atom.type}; charset=utf-8`],
  // RFC 8259 §11: JSON has no charset parameter.
  [json.file, json.type],
]);

const TYPES: ReadonlyMap<string, string> = new Map([
  ['opml', 'text/x-opml; charset=utf-8'],
  ['html', 'text/html; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['xml', 'application/xml; charset=utf-8'],
  ['txt', 'text/plain; charset=utf-8'],
  ['json', 'application/json'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['avif', 'image/avif'],
  ['ico', 'image/x-icon'],
  ['mp3', 'audio/mpeg'],
  ['m4a', 'audio/mp4'],
  ['ogg', 'audio/ogg'],
  ['mp4', 'video/mp4'],
  ['webm', 'video/webm'],
  ['pdf', 'application/pdf'],
]);

/**
 * Serves the output folder below the base path with `@fastify/static`: conditional requests (RFC 9110
 * §13), and the compressed copies that were made at publishing. Handles every method and path without
 * another route. Every request looks at the disk, so it sees what another program has changed.
 */
export const serveFiles: RoutePlugin = async (app, { config, machineClock }) => {
  const { output } = config.folders;
  const basePath = new URL(requireServiceUrl(config)).pathname;
  await app.register(fastifyStatic, {
    serve: false,
    preCompressed: true,
    dotfiles: 'ignore',
    index: false,
    cacheControl: false,
    // Feeds are short, and feed readers load them completely.
    acceptRanges: false,
  });
  const memory = openAnswerMemory(() => machineClock().epochMilliseconds);
  app.addHook('onSend', async (request, reply, payload) => {
    if (payload instanceof ReadStream) await refuseReplaced(payload, reply);
    const { statusCode } = reply;
    const path = fileOf(request.url, basePath);
    if ((statusCode !== 200 && statusCode !== 304) || path === undefined) return;
    allowMore(reply, path, config);
    // The library knows a type for each ending, but not the types of feeds.
    reply.header('content-type', mediaType(path)?.type);
    memory.remember(request, reply, join(output, path));
    if (statusCode === 200) return;
    for (const name of OF_CONTENT) reply.removeHeader(name);
  });
  app.route({
    method: app.supportedMethods,
    url: '/*',
    config: { answerTime: 'any' },
    // Before the body is read: no request here needs one.
    onRequest: [
      (request, reply, done) => {
        const { headers } = request.raw;
        const tags = headers['if-none-match'];
        if (tags !== undefined) headers['if-none-match'] = tags.replace(PROXY_SUFFIX, '');
        if (!memory.answer(request, reply)) done();
      },
      async (request, reply) => answerFromDisk(request, reply),
    ],
    handler: async (_request, reply) => reply.callNotFound(),
  });
  async function answerFromDisk(request: FastifyRequest, reply: FastifyReply) {
    const path = fileOf(request.url, basePath);
    if (path === undefined) return reply.callNotFound();
    const media = mediaType(path);
    // A file of another type is private, and may be large: do not open it.
    const file = media && (await findFile(output, path));
    if (media === undefined || file === undefined || file === 'folder') {
      const folderUrl = basePath + path.split('/').map(encodeURIComponent).join('/');
      const hasPage = await isFile(output, `${path}/${INDEX_FILE}`);
      if (hasPage) return reply.redirect(`${folderUrl}/`, 308);
      // Feed readers may give up a feed after a 404. One that is not built yet gets 503 instead.
      const isOfBuild = media?.isFeed || path === FEEDS_PAGE;
      if (isOfBuild && !(await isBuilt(config))) throw new WebError(503, BUILD_SECONDS);
      return reply.callNotFound();
    }
    if (request.method === 'OPTIONS') {
      const headers = { allow: ALLOWED, ...(media.isFeed ? PREFLIGHT_HEADERS : {}) };
      return reply.code(204).headers(headers).send();
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', ALLOWED);
      throw new WebError(405);
    }
    // A copy that does not belong to the file must not be sent.
    if (!file.hasCopies) request.headers = { 'accept-encoding': 'identity' };
    return reply.headers(fileHeaders(path, media, config)).sendFile(path, output);
  }
};

/** The file that a URL asks for, relative to the output folder. Undefined for the home page. */
function fileOf(url: string, basePath: string): string | undefined {
  const path = requestedPath(url, basePath);
  if (path === undefined || path === '') return undefined;
  return path.endsWith('/') ? path + INDEX_FILE : path;
}

/**
 * The type of the file at `path`. Undefined for files that Broadsheet does not publish: a database, a
 * ledger or a compressed copy in the folder must stay private.
 */
function mediaType(path: string): MediaType | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const feed = FEEDS.get(name);
  if (feed !== undefined) return { type: feed, isFeed: true };
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const type = TYPES.get(ending);
  return type === undefined ? undefined : { type, isFeed: ending === 'opml' };
}

/**
 * What is at `path` in `folder`. Undefined if it is neither a file nor a folder, or if a link leads out
 * of the folder, or to something hidden in it.
 */
async function findFile(
  folder: string,
  path: string,
): Promise<{ readonly hasCopies: boolean } | 'folder' | undefined> {
  const place = join(folder, path);
  try {
    // Most requests of strangers are for what is not there. This costs a tenth of the rest.
    if (statSync(place, { throwIfNoEntry: false }) === undefined) return undefined;
    const [root, real, stats, ...copies] = await Promise.all([
      realpath(folder),
      realpath(place),
      stat(place),
      ...COPIES.map(({ ending }) => lstat(place + ending).catch(() => undefined)),
    ]);
    const parts = relative(root, real).split(sep);
    if (parts.some((part) => part === '' || part.startsWith('.'))) return undefined;
    if (stats.isDirectory()) return 'folder';
    if (!stats.isFile()) return undefined;
    return { hasCopies: copies.every((copy) => copy?.isFile() && isCopyOf(copy, stats)) };
  } catch {
    // Missing, in a path that is not a folder, or with too long a name.
    return undefined;
  }
}

async function isFile(folder: string, path: string): Promise<boolean> {
  const found = await findFile(folder, path);
  return found !== undefined && found !== 'folder';
}

/** Whether any build has written the site's own feed. */
async function isBuilt({ feeds, folders }: Config): Promise<boolean> {
  const built = feeds.formats.map((format) => isFile(folders.output, documentPath('', format)));
  return (await Promise.all(built)).includes(true);
}

function fileHeaders(path: string, { type, isFeed }: MediaType, config: Config) {
  const { feeds, publicUrl } = config;
  const seconds = isFeed ? feeds.ttlMinutes * 60 : PAGE_SECONDS;
  const common = {
    'cache-control': `public, max-age=${seconds}`,
    vary: 'Accept-Encoding',
    'accept-ranges': 'none',
  };
  if (isPictureCopy(path)) return { ...common, ...OF_PICTURES };
  if (!isFeed) return common;
  // RFC 8288. WebSub §4 requires both links.
  const self = `<${fileUrl(publicUrl, path)}>; rel="self"; type="${type.replace(/;.*/, '')}"`;
  const hub = feeds.hub !== undefined && isHubTopic(path) && new URL(feeds.hub).href;
  return { ...common, ...OF_FEEDS, link: hub ? `${self}, <${hub}>; rel="hub"` : self };
}

/**
 * Allows what pages from files have besides the site's own pages: editions the styles of a mail, posts
 * sound, films, and frames of `posts.iframesFrom`.
 */
function allowMore(reply: FastifyReply, path: string, { posts }: Config): void {
  const policy = reply.getHeader('content-security-policy');
  if (typeof policy !== 'string' || !path.endsWith('.html')) return;
  const frames = posts.iframesFrom.map((host) => `https://${host}`).join(' ');
  const more = EDITION_PAGE.test(path)
    ? "style-src-attr 'unsafe-inline'"
    : `media-src 'self' https:${frames === '' ? '' : `;frame-src ${frames}`}`;
  reply.header('content-security-policy', `${policy};${more}`);
}

/**
 * Throws a `WebError` (503) if `stream` may be of another file than the one that the headers describe.
 * The library reads the state of a file first, and a build may replace the file before it is opened.
 */
async function refuseReplaced(stream: ReadStream, reply: FastifyReply): Promise<void> {
  try {
    if (stream.pending) await once(stream, 'open');
    if (tagOf(await stat(stream.path)) === reply.getHeader('etag')) return;
  } catch {
    // It is gone.
  }
  stream.destroy();
  reply.removeHeader('content-encoding');
  throw new WebError(503, 1);
}
