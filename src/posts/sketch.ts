const BINS = 128;
const SHINGLE_WORDS = 3;
/** Fewer words than this say nothing of what a text is about. */
const FEWEST_WORDS = 25;
const EMPTY = 0xffffffff;

const FIRST_BINS = 16;

/** How many words a body has, and its `Post.sketch`. */
export interface BodySketch {
  readonly words: number;
  readonly sketch: Uint32Array;
}

/**
 * Sketches a Markdown body by one-permutation hashing (Li, Owen, Zhang 2012) of its shingles of
 * three words; words are runs of letters and digits, without case. One pass over the characters,
 * for a build does this to every post.
 */
export function sketchBody(body: string): BodySketch {
  const bins = new Uint32Array(BINS).fill(EMPTY);
  let words = 0;
  let before = 0;
  let last = 0;
  let word = 0;
  for (let at = 0; at <= body.length; at++) {
    const char = at < body.length ? body.charCodeAt(at) : 0;
    const code = char < 128 ? (ASCII[char] ?? 0) : letterBeyondAscii(char);
    if (code !== 0) {
      word = Math.imul((word === 0 ? 0x811c9dc5 : word) ^ code, 0x01000193);
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
  return { words, sketch: words < FEWEST_WORDS ? new Uint32Array() : bins };
}

/**
 * Whether two bodies have at least `likeness` (0.3 to 1) of their shingles in common, as far as their
 * sketches tell. Never where one of them says nothing. Most pairs are told apart by their first
 * bins: of sixteen, none is equal once in two million times at a likeness of 0.6.
 */
export function areAlike(a: Uint32Array, b: Uint32Array, likeness: number): boolean {
  if (a.length !== b.length) return false;
  let equal = 0;
  let filled = 0;
  for (let at = 0; at < a.length; at++) {
    if (a[at] === b[at]) {
      if (a[at] === EMPTY) continue;
      equal++;
    }
    filled++;
    if (filled === FIRST_BINS && equal === 0) return false;
  }
  return filled > 0 && equal / filled >= likeness;
}

/** By character: the code of a letter or digit in lower case, 0 for anything else. */
const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code).toLowerCase();
  return /[a-z0-9]/.test(character) ? character.charCodeAt(0) : 0;
});

/** Beyond ASCII all are letters, but Latin-1's signs, general punctuation and the wide space. */
function letterBeyondAscii(code: number): number {
  return code < 0xc0 || (code >= 0x2000 && code <= 0x206f) || code === 0x3000 ? 0 : code;
}

/** 32 bits in which every bit of both depends on all. */
function mix(a: number, b: number): number {
  let hash = Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
