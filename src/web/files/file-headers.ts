import { fileUrl } from '../../feeds/formats.ts';
import { isHubTopic } from '../../feeds/hub-topics.ts';
import type { FileForm, PublishedFile } from '../../feeds/publish/published-folder.ts';
import type { Config } from '../../settings/config.ts';
import type { Validators } from './conditions.ts';
import { formatHttpDate } from './http-date.ts';
import type { MediaType } from './media-type.ts';

/** How long a cache may use a file that is not a feed without asking. */
const PAGE_SECONDS = 300;

const TAG_ENDINGS: Readonly<Record<FileForm['coding'], string>> = {
  identity: '',
  br: '.br',
  gzip: '.gz',
};

/** Scripts of other sites may read feeds: feeds are made for other programs. */
const OF_FEEDS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Date, ETag, Link',
  'cross-origin-resource-policy': 'cross-origin',
};

/** Answers a browser that asks whether a script may send a conditional request. */
export const PREFLIGHT_HEADERS = {
  ...OF_FEEDS,
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since',
  'access-control-max-age': '86400',
};

/**
 * The validators of one version of a file in one coding. A tag identifies the bytes that are sent. Times
 * are rounded up: a second change within a second then has another time. A time in the future becomes the
 * current time (RFC 9110 §8.8.2.1).
 */
export function validatorsOf(
  { hash, modifiedMs }: PublishedFile,
  { coding }: FileForm,
  nowSeconds: number,
): Validators {
  return {
    tag: hash + TAG_ENDINGS[coding],
    modified: Math.min(Math.ceil(modifiedMs / 1000), Math.floor(nowSeconds)),
  };
}

export interface SentFile {
  /** Relative to the output folder. */
  readonly path: string;
  readonly media: MediaType;
  readonly form: FileForm;
  readonly validators: Validators;
}

/** The headers of a file. `always`: also for a 304 (RFC 9110 §15.4.5). `ofContent`: about its content. */
export function fileHeaders(
  { path, media, form, validators }: SentFile,
  { feeds, publicUrl }: Config,
): {
  readonly always: Readonly<Record<string, string>>;
  readonly ofContent: Readonly<Record<string, string>>;
} {
  const seconds = media.isFeed ? feeds.ttlMinutes * 60 : PAGE_SECONDS;
  return {
    always: {
      etag: `"${validators.tag}"`,
      'cache-control': `public, max-age=${seconds}`,
      ...(media.isFeed ? OF_FEEDS : {}),
    },
    ofContent: {
      'last-modified': formatHttpDate(validators.modified),
      'content-type': media.type,
      'content-length': String(form.sizeBytes),
      ...(form.coding === 'identity' ? {} : { 'content-encoding': form.coding }),
      // Feeds are short, and feed readers load them completely.
      'accept-ranges': 'none',
      'x-content-type-options': 'nosniff',
      ...(media.isFeed ? { link: linksOf(path, media, { feeds, publicUrl }) } : {}),
    },
  };
}

/** RFC 8288. WebSub §4 requires both links. */
function linksOf(
  path: string,
  { type }: MediaType,
  { feeds, publicUrl }: Pick<Config, 'feeds' | 'publicUrl'>,
): string {
  const links = [`<${fileUrl(publicUrl, path)}>; rel="self"; type="${type.replace(/;.*/, '')}"`];
  if (feeds.hub !== undefined && isHubTopic(path))
    links.push(`<${new URL(feeds.hub).href}>; rel="hub"`);
  return links.join(', ');
}
