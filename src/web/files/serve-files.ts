import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { documentPath } from '../../feeds/formats.ts';
import { INDEX_CSS } from '../../feeds/index-css.ts';
import { INDEX_FILE } from '../../feeds/index-page.ts';
import {
  openPublishedFolder,
  type PublishedFile,
  type PublishedFolder,
} from '../../feeds/publish/published-folder.ts';
import { requireServiceUrl } from '../../settings/require-service-url.ts';
import type { FeedFormat } from '../../settings/settings.ts';
import type { RoutePlugin, WebDependencies } from '../web-dependencies.ts';
import { WebError } from '../web-error.ts';
import { negotiateCoding } from './accept-encoding.ts';
import { evaluateConditions } from './conditions.ts';
import { fileHeaders, PREFLIGHT_HEADERS, validatorsOf } from './file-headers.ts';
import { type MediaType, mediaType } from './media-type.ts';
import { requestedPath } from './requested-path.ts';

/** The page of all feeds. The home page is a page of the site. */
const FEEDS_PAGE = 'feeds/';
const ALLOWED = 'GET, HEAD, OPTIONS';

/** A first build of many posts takes a few seconds. */
const BUILD_SECONDS = 10;

/** How often a file is opened again if it was replaced during the read. */
const TRIES = 5;

/** Allows the style sheet inside the feeds' page, and no other. */
const INDEX_STYLE = `'sha256-${hash('sha256', INDEX_CSS, 'base64')}'`;

/** The pages of editions in the archive. Their HTML is that of a mail, with styles in attributes. */
const EDITION_PAGE = /^archive\/[^/]+-\d{4}-\d\d-\d\d(-\d+)?\/index\.html$/;

/** A requested file and its type. */
interface Asked {
  /** Relative to the output folder. */
  readonly path: string;
  readonly media: MediaType;
  readonly file: PublishedFile;
}

/**
 * Serves the output folder below the base path (RFC 9110): conditional requests, content negotiation,
 * HEAD, OPTIONS. Sends the compressed copies that were made at publishing. Handles every method and path
 * without another route.
 */
export const serveFiles: RoutePlugin = (app, deps) => {
  const folder = openPublishedFolder(deps.config.folders.output);
  const basePath = new URL(requireServiceUrl(deps.config)).pathname;
  app.route({
    method: app.supportedMethods,
    url: '/*',
    // Before the body is read: no request here needs one.
    onRequest: async (request, reply) => answer(request, reply, { folder, basePath, deps }),
    handler: async (_request, reply) => reply.callNotFound(),
  });
};

interface Context {
  readonly folder: PublishedFolder;
  readonly basePath: string;
  readonly deps: WebDependencies;
}

async function answer(request: FastifyRequest, reply: FastifyReply, context: Context) {
  const { folder, basePath } = context;
  const target = requestedPath(request.url, basePath);
  const path = target === undefined ? undefined : fileOf(target);
  if (path === undefined) return reply.callNotFound();
  const media = mediaType(path);
  // Do not open the file: it may be large, and is private.
  if (media === undefined) return answerFolder(path, reply, context);
  for (let tries = 0; tries < TRIES; tries++) {
    const file = await folder.find(path);
    if (file === 'folder') return answerFolder(path, reply, context);
    if (file === undefined) return answerMissing(path, media, reply, context);
    // Do not return a reply from an awaited function: `await` would wait until it is sent.
    if (await answerFile({ path, media, file }, request, reply, context)) return reply;
    await setImmediate();
  }
  throw new WebError(503, 1);
}

/** Feed readers may give up a feed after a 404. A feed that is not built yet gets 503 instead. */
async function answerMissing(
  path: string,
  media: MediaType,
  reply: FastifyReply,
  { folder, deps }: Context,
) {
  const isOfBuild = media.isFeed || path === INDEX_FILE;
  if (!isOfBuild || (await isBuilt(folder, deps.config.feeds.formats))) return reply.callNotFound();
  throw new WebError(503, BUILD_SECONDS);
}

/** Whether any build has written the site's own feed. */
async function isBuilt(folder: PublishedFolder, formats: readonly FeedFormat[]): Promise<boolean> {
  for (const format of formats) {
    const file = await folder.find(documentPath('', format));
    if (file !== undefined && file !== 'folder') return true;
  }
  return false;
}

/** The file of a page. Undefined for the home page. */
function fileOf(target: string): string | undefined {
  if (target === '') return undefined;
  if (target === FEEDS_PAGE) return INDEX_FILE;
  return target.endsWith('/') ? target + INDEX_FILE : target;
}

/** The path of a folder with a page ends with a slash: redirects there. Other folders are not found. */
async function answerFolder(path: string, reply: FastifyReply, { folder, basePath }: Context) {
  const index = await folder.find(`${path}/${INDEX_FILE}`);
  if (index === undefined || index === 'folder') return reply.callNotFound();
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return reply.redirect(`${basePath}${encoded}/`, 308);
}

/** False if the file was replaced before it could be read. */
async function answerFile(
  { path, media, file }: Asked,
  request: FastifyRequest,
  reply: FastifyReply,
  { folder, deps }: Context,
): Promise<boolean> {
  if (request.method === 'OPTIONS') {
    const headers = { allow: ALLOWED, ...(media.isFeed ? PREFLIGHT_HEADERS : {}) };
    reply.code(204).headers(headers).send();
    return true;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    reply.header('allow', ALLOWED);
    throw new WebError(405);
  }
  const form = negotiatedForm(file, request.headers['accept-encoding']);
  reply.header('vary', 'Accept-Encoding');
  if (form === undefined) throw new WebError(406);
  const now = deps.machineClock().epochMilliseconds / 1000;
  const validators = validatorsOf(file, form, now);
  const headers = fileHeaders({ path, media, form, validators }, deps.config);
  switch (evaluateConditions(request.raw.headersDistinct, validators, now)) {
    case 'failed':
      throw new WebError(412);
    case 'not modified':
      reply.code(304).headers(headers.always).send();
      return true;
    case 'send': {
      const body = request.method === 'HEAD' ? '' : await folder.read(form);
      if (body === undefined) return false;
      allowStyles(reply, path);
      reply.headers({ ...headers.always, ...headers.ofContent }).send(body);
      return true;
    }
  }
}

function negotiatedForm({ forms }: PublishedFile, acceptEncoding: string | undefined) {
  const codings = forms.map(({ coding }) => coding);
  const coding = negotiateCoding(acceptEncoding, codings);
  return forms.find((form) => form.coding === coding);
}

/** Allows the styles inside a page that has any. Others have only a style sheet. */
function allowStyles(reply: FastifyReply, path: string): void {
  const policy = reply.getHeader('content-security-policy');
  if (typeof policy !== 'string') return;
  if (path === INDEX_FILE) {
    reply.header('content-security-policy', policy.replace('style-src', `$& ${INDEX_STYLE}`));
  } else if (EDITION_PAGE.test(path)) {
    reply.header('content-security-policy', `${policy};style-src-attr 'unsafe-inline'`);
  }
}
