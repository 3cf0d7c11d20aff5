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

/** The page of all feeds: the home page is the site's. */
const FEEDS_PAGE = 'feeds/';
const ALLOWED = 'GET, HEAD, OPTIONS';

/** A first build of many posts takes a few seconds. */
const BUILD_SECONDS = 10;

/** How often a file is looked up again that is replaced just when it is read. */
const TRIES = 5;

/** Lets the feeds' page have its style sheet, which is in it, and no other one. */
const INDEX_STYLE = `'sha256-${hash('sha256', INDEX_CSS, 'base64')}'`;

/** A file that is asked for, and what it is. */
interface Asked {
  /** Relative to the output folder. */
  readonly path: string;
  readonly media: MediaType;
  readonly file: PublishedFile;
}

/**
 * Serves the output folder below the base path, as RFC 9110 has it: conditional requests, content
 * negotiation, HEAD, OPTIONS, and from compressed copies that were compressed when they were published. Takes
 * every method and path that no other route has.
 */
export const serveFiles: RoutePlugin = (app, deps) => {
  const folder = openPublishedFolder(deps.config.folders.output);
  const basePath = new URL(requireServiceUrl(deps.config)).pathname;
  app.route({
    method: app.supportedMethods,
    url: '/*',
    // Before a body is read: nothing here takes one.
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
  // Not even looked at: it may be large, and is nobody's business.
  if (media === undefined) return answerFolder(path, reply, context);
  for (let tries = 0; tries < TRIES; tries++) {
    const file = await folder.find(path);
    if (file === 'folder') return answerFolder(path, reply, context);
    if (file === undefined) return answerMissing(path, media, reply, context);
    // A reply must not be what an awaited function gives: it would be waited for until it is sent.
    if (await answerFile({ path, media, file }, request, reply, context)) return reply;
    await setImmediate();
  }
  throw new WebError(503, 1);
}

/** A reader that gets 404 may give a feed up, so one that is not built yet is only away for now. */
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

/** Whether any build has put the site's own feed into the folder. */
async function isBuilt(folder: PublishedFolder, formats: readonly FeedFormat[]): Promise<boolean> {
  for (const format of formats) {
    const file = await folder.find(documentPath('', format));
    if (file !== undefined && file !== 'folder') return true;
  }
  return false;
}

/** The file of a page, or undefined for the home page. */
function fileOf(target: string): string | undefined {
  if (target === '') return undefined;
  if (target === FEEDS_PAGE) return INDEX_FILE;
  return target.endsWith('/') ? target + INDEX_FILE : target;
}

/** A folder with a page in it has a slash at its end; others are nothing. */
async function answerFolder(path: string, reply: FastifyReply, { folder, basePath }: Context) {
  const index = await folder.find(`${path}/${INDEX_FILE}`);
  if (index === undefined || index === 'folder') return reply.callNotFound();
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return reply.redirect(`${basePath}${encoded}/`, 308);
}

/** False where the file was replaced before it could be read. */
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
      if (path === INDEX_FILE) allowStyle(reply);
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

function allowStyle(reply: FastifyReply): void {
  const policy = reply.getHeader('content-security-policy');
  if (typeof policy !== 'string') return;
  reply.header('content-security-policy', policy.replace('style-src', `$& ${INDEX_STYLE}`));
}
