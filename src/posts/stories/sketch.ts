import type { Post } from '../post.ts';

const BINS = 128;
const SHINGLE_WORDS = 3;
/** A text with fewer words is too short to compare. */
const FEWEST_WORDS = 15;
const EMPTY = 0xffffffff;

/** A bin as a character: six bits of its hash. Different hashes are equal in them once in 64 times. */
const CHARACTERS = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
/** An empty bin: `-`. */
const NONE = 0x2d;

const FIRST_BINS = 16;

/**
 * `Post.words` and `Post.sketch` of a Markdown body, by one-permutation hashing (Li, Owen, Zhang
 * 2012) of its shingles of three words. Words are runs of letters and digits, without case. It takes
 * one pass over the bytes, because a build sketches every post.
 */
export function sketchBody(body: string): Pick<Post, 'words' | 'sketch'> {
  bins.fill(EMPTY);
  const bytes = utf8(body);
  let words = 0;
  let before = 0;
  let last = 0;
  let word = 0;
  for (let at = 0; at <= bytes.length; at++) {
    const letter = LETTERS[bytes[at] ?? 0] ?? 0;
    if (letter !== 0) {
      word = Math.imul(word ^ letter, 0x01000193);
      continue;
    }
    if (word === 0) continue;
    words++;
    if (words >= SHINGLE_WORDS) {
      const hash = mix(Math.imul(before, 31) + last, word);
      const bin = hash >>> 25;
      if (hash < (bins[bin] ?? EMPTY)) bins[bin] = hash;
    }
    before = last;
    last = word;
    word = 0;
  }
  return { words, sketch: words < FEWEST_WORDS ? '' : sketchOf(bins) };
}

/** Reused for every post. */
const bins = new Uint32Array(BINS);
const characters = Buffer.alloc(BINS);

function sketchOf(hashes: Uint32Array): string {
  for (const [bin, hash] of hashes.entries()) {
    characters[bin] = hash === EMPTY ? NONE : (CHARACTERS[hash & 63] ?? NONE);
  }
  return characters.toString('latin1');
}

const encoder = new TextEncoder();
let scratch = new Uint8Array(65_536);

/** The bytes of `text`, valid until the next call. The buffer is reused for every post. */
function utf8(text: string): Uint8Array {
  if (text.length * 3 > scratch.length) scratch = new Uint8Array(text.length * 3);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

/**
 * Whether two bodies share at least `likeness` (0.3 to 1) of their shingles, estimated from their
 * sketches. Always false if a sketch is empty. Most pairs already differ in their first bins: at a
 * likeness of 0.6, all of sixteen bins differ once in two million times.
 */
export function areAlike(a: string, b: string, likeness: number): boolean {
  if (a.length !== b.length) return false;
  let equal = 0;
  let filled = 0;
  for (let at = 0; at < a.length; at++) {
    const bin = a.charCodeAt(at);
    if (bin === b.charCodeAt(at)) {
      if (bin === NONE) continue;
      equal++;
    }
    filled++;
    if (filled === FIRST_BINS && equal === 0) return false;
  }
  return filled > 0 && equal / filled >= likeness;
}

/**
 * Maps a byte of UTF-8 to a letter or digit in lower case, or to 0 between words. Every byte beyond
 * ASCII is part of a word, except those that begin Latin-1 signs, punctuation, kana and the wide
 * space.
 */
const LETTERS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 128) return [0xc2, 0xe2, 0xe3].includes(byte) ? 0 : byte;
  const character = String.fromCharCode(byte).toLowerCase();
  return /[a-z0-9]/.test(character) ? character.charCodeAt(0) : 0;
});

/** Mixes two numbers to 32 bits. Each bit of the result depends on every bit of both. */
function mix(a: number, b: number): number {
  let hash = Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
