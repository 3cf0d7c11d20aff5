import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PLACEHOLDERS } from '../../editions/edition.ts';
import { escapeHtml } from '../../kernel/escape.ts';
import type { Texts } from '../../kernel/texts.ts';
import { type LayoutScope, type NewsletterView, newsletterView } from '../../pages/layout-scope.ts';
import { openPages, type Page, type Pages } from '../../pages/open-pages.ts';
import { readWebTemplates } from '../../pages/web-templates.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { renderPlainError } from '../../web/answer-errors.ts';
import type { RenderError, WebDependencies } from '../../web/web-dependencies.ts';
import { WebError } from '../../web/web-error.ts';
import { makeFormToken } from '../forms.ts';
import type { RequestResult } from '../request-mail.ts';

// What all pages of the site share: the ways to send a page, expired links, errors.

/** The dependencies of the site's routes. */
export interface Site {
  readonly deps: WebDependencies;
  readonly pages: Pages;
  readonly texts: Texts;
  readonly common: LayoutScope;
  /** Pages that differ only in an address, with a stand-in for it. */
  readonly rendered: Map<string, string>;
}

/** A route with the token of a mailed link. */
export interface TokenRoute {
  Params: { token: string };
}

/** The site of the config, in its language. Throws a `BroadsheetError` (config) for a broken template. */
export function openSite(deps: WebDependencies): Site {
  const { config } = deps;
  const texts = deps.textsOf(config.web.language);
  const pages = openPages(config, readWebTemplates(config.folders.webTemplates), texts);
  return { deps, pages, texts, common: pages.common, rendered: new Map() };
}

/** A newsletter for the pages, offered or not. Only its id is known if it is not in the config. */
export function viewOf(
  { texts, common }: Site,
  newsletter: NewsletterSettings | { readonly id: string },
): NewsletterView {
  if ('name' in newsletter) return newsletterView(newsletter, common.published, texts);
  const { id } = newsletter;
  return { id, name: id, description: '', lang: '', from: '', archive: null };
}

/** The path of a page whose URL has a token, such as `/news/confirm/abc`. */
export function tokenPath({ common }: Site, folder: string, token: string): string {
  return `${common.base}${folder}/${encodeURIComponent(token)}`;
}

/** A page of the site. Its title is the text `site.NAME.title`, unless it has another one. */
export type SitePage = Omit<Page, 'title'> & { readonly title?: string };

function render({ pages, texts }: Site, page: SitePage): string {
  const { title = texts.text(`site.${page.name.replaceAll('-', '_')}.title`) } = page;
  return pages.render({ ...page, title });
}

/**
 * Answers with a page for one person: its URL has a token, or it shows an address. No cache keeps it, and
 * no other site gets its URL.
 */
export function sendPersonal(
  reply: FastifyReply,
  site: Site,
  page: SitePage,
  status = 200,
): FastifyReply {
  return sendPrivate(reply.code(status), render(site, page));
}

/**
 * The same for a page that is rendered once: `page` shows the given address and nothing else of a person.
 * `name`: other pages have other names.
 */
export function sendWithAddress(
  reply: FastifyReply,
  site: Site,
  name: string,
  address: string,
  page: (address: string) => SitePage,
): FastifyReply {
  const html = site.rendered.get(name) ?? render(site, page(PLACEHOLDERS.address));
  site.rendered.set(name, html);
  return sendPrivate(
    reply,
    html.replaceAll(PLACEHOLDERS.address, () => escapeHtml(address)),
  );
}

function sendPrivate(reply: FastifyReply, html: string): FastifyReply {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
  return sendHtml(reply, html);
}

/** A page as it is sent. `tag`: its entity tag. */
interface SentPage {
  readonly html: Buffer;
  readonly tag: string;
}

function tagged(html: string, said = html): SentPage {
  const hash = createHash('sha256').update(said).digest('base64url').slice(0, 22);
  return { html: Buffer.from(html), tag: `"${hash}"` };
}

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

/**
 * The handler of a public page with a form. It renders the page at most once a second: all clients of
 * that second get the same token. Shared caches must not keep the page, because its token is valid for a
 * day. A browser may keep it for the rest of the hour: its tag is that of the hour, and of what the page
 * says besides the token. `pageWith`: the page with a form token.
 */
export function formPage(site: Site, pageWith: (token: string) => SitePage | Promise<SitePage>) {
  const { deps } = site;
  let last: { readonly second: number; readonly page: Promise<SentPage> } | undefined;
  const make = async (hour: number) => {
    const token = makeFormToken(deps);
    const html = render(site, await pageWith(token));
    return tagged(html, `${hour} ${html.replaceAll(token, '')}`);
  };
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const now = deps.clock().epochMilliseconds;
    const second = Math.floor(now / SECOND_MS);
    if (last?.second !== second) {
      last = { second, page: make(Math.floor(now / HOUR_MS)) };
      const { page } = last;
      // The next request tries again.
      page.catch(() => {
        if (last?.page === page) last = undefined;
      });
    }
    reply.header('cache-control', 'private, no-cache');
    return sendPage(request, reply, await last.page);
  };
}

/** The handler of a page that is the same for all, and rendered once. */
export function publicPage(site: Site, page: SitePage) {
  let rendered: SentPage | undefined;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    rendered ??= tagged(render(site, page));
    reply.header('cache-control', 'public, max-age=300');
    return sendPage(request, reply, rendered);
  };
}

/** Answers with the page, or with 304 if the client has it. */
function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { html, tag }: SentPage,
): FastifyReply {
  reply.header('etag', tag);
  return isKnown(request, tag) ? reply.code(304).send() : sendHtml(reply, html);
}

/** Whether the client has the version with `tag` (strong). RFC 9110 §13.1.2, by weak comparison. */
export function isKnown({ headers }: FastifyRequest, tag: string): boolean {
  const wanted = headers['if-none-match'] ?? '';
  if (wanted.trim() === '*') return true;
  return wanted.split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
}

function sendHtml(reply: FastifyReply, html: string | Buffer): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html);
}

/** Answers a link that has expired. `text` and `next.text` are keys below `site.link`. */
export function sendExpired(
  reply: FastifyReply,
  site: Site,
  text: string,
  next?: { /** Below the base path. */ readonly path: string; readonly text: string },
): FastifyReply {
  const textOf = (key: string) => site.texts.text(`site.link.${key}`);
  const scope = {
    text: textOf(text),
    next: next ? { path: `${site.common.base}${next.path}`, text: textOf(next.text) } : null,
  };
  const page = { name: 'link-over', title: textOf('expired_title'), scope } as const;
  return sendPersonal(reply, site, page, 410);
}

/** Answers a link that we did not send, or not in this form: mail programs cut long links. */
export function sendUnknown(reply: FastifyReply, site: Site): FastifyReply {
  const scope = { text: site.texts.text('site.link.unknown'), next: null };
  const title = site.texts.text('site.link.unknown_title');
  return sendPersonal(reply, site, { name: 'link-over', title, scope }, 404);
}

/** The mail budgets are for one hour. */
const HOUR_SECONDS = 3600;

/** Throws the error for a client that has used up its requests for mails, alone or with all others. */
export function refuseIfBusy(result: RequestResult): void {
  if (result === 'busy') throw new WebError(429, HOUR_SECONDS);
}

/** Statuses with their own texts. Others use the text of 400 or 500. */
const OWN_TEXT = [400, 404, 405, 410, 429, 500, 503];

/** The page for an error in the site's language. If its template cannot be rendered, a plain page. */
export function errorPage({ pages, texts, deps }: Site): RenderError {
  return (answer) => {
    const { status, retryAfterSeconds } = answer;
    const key = OWN_TEXT.includes(status) ? status : status >= 500 ? 500 : 400;
    const count = Math.max(1, Math.ceil((retryAfterSeconds ?? 0) / 60));
    const text =
      key === 429 && retryAfterSeconds !== undefined
        ? texts.text('site.error.429_minutes', { count })
        : texts.text(`site.error.${key}`);
    try {
      const title = texts.text(`site.error.${key}_title`);
      return pages.render({ name: 'error', title, scope: { status, text } });
    } catch (error) {
      deps.log.failure('the error page cannot be rendered', error);
      return renderPlainError(answer);
    }
  };
}
