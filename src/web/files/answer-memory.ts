import { lstatSync, type Stats, statSync } from 'node:fs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { COPIES } from '../../feeds/publish/compressed-copies.ts';
import { openRecentCache } from '../../kernel/recent-cache.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';

/** Larger files are always read from the disk. */
const LARGEST_BYTES = 1024 * 1024;

/** Of all files together. */
const MOST_BYTES = 32 * 1024 * 1024;

/** An answer's headers and states, about. */
const OVERHEAD_BYTES = 4096;

/** URLs by the `Accept-Encoding` of their readers. Browsers and feed readers send about ten. */
const MOST_FORMS = 10_000;
const LONGEST_FORM = 300;

/**
 * A file system may give two changes within this time the same time. So what was read sooner after a
 * change may be older than the next change, and cannot be told from it.
 */
const SETTLED_MS = 2000;

/** Requests with these are for the library. */
const RARE_HEADERS = ['if-match', 'if-unmodified-since', 'cache-control'];

/** Headers that "not modified" does not have (RFC 9110 §15.4.5). */
export const OF_CONTENT = ['content-type', 'content-encoding', 'content-length'];

/** One entity tag. What proxies add to tags, and lists of tags, are for the library. */
const ONE_TAG = /^(?:W\/)?("[\x21\x23-\x7e]*")$/;

/** The states of a file and of its compressed copies. Undefined for what is not there. */
type States = readonly (Stats | undefined)[];

interface Answer {
  readonly place: string;
  readonly states: States;
  readonly tag: string;
  /** Milliseconds, by `Last-Modified`. */
  readonly changedAt: number;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly notModified: readonly string[];
  readonly bytes: Buffer;
  /** Since the event loop last looked for new requests. */
  isChecked: boolean;
}

/**
 * Keeps answers (200) for small files, to give them again without opening or reading anything, or to
 * answer "not modified" from them. Before that, it compares the states of the file and its compressed
 * copies (device, inode, size, times of content and of state) with those of the answer. Requests that
 * arrived together share one look. `now`: ms since the epoch.
 */
export function openAnswerMemory(now: () => number) {
  const answers = openRecentCache<Answer>(MOST_BYTES, ({ bytes }) => bytes.length + OVERHEAD_BYTES);
  /** Which answer a request gets: the key in `answers`, by the URL and what the reader accepts. */
  const forms = openRecentCache<string>(MOST_FORMS, () => 1);
  return {
    /** Answers a GET or HEAD. Returns false if it does not know the answer. */
    answer(request: FastifyRequest, reply: FastifyReply): boolean {
      const { headers, method } = request.raw;
      if (method !== 'GET' && method !== 'HEAD') return false;
      if (RARE_HEADERS.some((name) => headers[name] !== undefined)) return false;
      const key = formKey(request);
      const form = key && forms.get(key);
      const answer = form && answers.get(form);
      if (!answer) return false;
      const isKnown = isNotModified(answer, headers);
      if (isKnown === undefined || !isFresh(answer)) return false;
      reply.hijack();
      const status = isKnown ? 304 : 200;
      const { raw } = reply;
      raw.writeHead(status, (isKnown ? answer.notModified : answer.headers) as string[]);
      raw.end(isKnown || method === 'HEAD' ? undefined : answer.bytes);
      return true;
    },
    /**
     * Remembers the answer whose headers `reply` has, with the file at `place` or its compressed copy,
     * unless it is too large or changed just now.
     */
    remember(request: FastifyRequest, reply: FastifyReply, place: string): void {
      const headers = reply.getHeaders();
      const key = formKey(request);
      const states = statesOf(place);
      const at = COPIES.findIndex(({ coding }) => coding === headers['content-encoding']);
      const state = states[at + 1];
      if (key === undefined || state === undefined || tagOf(state) !== headers.etag) return;
      if (state.size > LARGEST_BYTES || !isSettled(states, now())) return;
      const form = place + (COPIES[at]?.ending ?? '');
      const bytes = readSmall(form);
      if (bytes?.length !== state.size || !isSame(states, statesOf(place))) return;
      const fields = Object.entries({ ...headers, 'content-length': state.size }).map(
        ([name, value]) => [name, String(value)] as const,
      );
      forms.set(key, form);
      answers.set(form, {
        ...{ place, states, bytes, isChecked: false },
        tag: tagOf(state),
        changedAt: Date.parse(String(headers['last-modified'])),
        headers: fields.flat(),
        notModified: fields.filter(([name]) => !OF_CONTENT.includes(name)).flat(),
      });
    },
  };
}

function readSmall(path: string): Buffer | undefined {
  try {
    return readRegularFile(path, LARGEST_BYTES);
  } catch {
    // It is gone, or was replaced.
    return undefined;
  }
}

/** The tag that the library gives a file. */
export function tagOf({ size, mtime }: Stats): string {
  return `W/"${size.toString(16)}-${mtime.getTime().toString(16)}"`;
}

/** Undefined if it is too long to keep. */
function formKey({ raw }: FastifyRequest): string | undefined {
  const key = `${raw.url} ${raw.headers['accept-encoding'] ?? '-'}`;
  return key.length > LONGEST_FORM ? undefined : key;
}

/** RFC 9110 §13.1.2 and §13.1.3. Undefined if it is for the library to say. */
function isNotModified(
  { tag, changedAt }: Answer,
  headers: FastifyRequest['raw']['headers'],
): boolean | undefined {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    const known = ONE_TAG.exec(tags)?.[1];
    return known === undefined ? undefined : `W/${known}` === tag;
  }
  const since = headers['if-modified-since'];
  return since !== undefined && changedAt <= Date.parse(since);
}

function isFresh(answer: Answer): boolean {
  if (answer.isChecked) return true;
  if (!isSame(answer.states, statesOf(answer.place))) return false;
  answer.isChecked = true;
  setImmediate(() => {
    answer.isChecked = false;
  });
  return true;
}

/** Waits for the disk, as nginx does: three looks at a cached directory take some microseconds. */
function statesOf(place: string): States {
  const options = { throwIfNoEntry: false } as const;
  try {
    return [
      statSync(place, options),
      ...COPIES.map(({ ending }) => lstatSync(place + ending, options)),
    ];
  } catch {
    // In a path that is not a folder any more, or that leads in circles.
    return [];
  }
}

function isSame(some: States, others: States): boolean {
  if (some.length === 0 || some[0] === undefined) return false;
  return some.every((one, at) => {
    const other = others[at];
    if (one === undefined || other === undefined) return one === other;
    return (
      one.ino === other.ino &&
      one.dev === other.dev &&
      one.size === other.size &&
      one.mtimeMs === other.mtimeMs &&
      one.ctimeMs === other.ctimeMs
    );
  });
}

function isSettled(states: States, now: number): boolean {
  return states.every((state) => state === undefined || now - state.ctimeMs > SETTLED_MS);
}
