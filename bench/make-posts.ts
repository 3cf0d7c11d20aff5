import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WORDS = (
  'harbour council ferry bridge budget vote motion clerk minister committee river wall tariff grain ' +
  'timber ballot recount lantern quay line tunnel toll levy hearing ruling registry charter bench ' +
  'the a of to and in on for with from after before over under between against without because while ' +
  'says asks opens closes delays approves rejects funds repairs measures publishes promises counts ' +
  'new old small large public quiet early late final narrow broad careful heavy plain second third'
).split(' ');

const CATEGORIES = [
  'Town Hall',
  'Parliament',
  'Courts',
  'Elections',
  'Economy & Trade',
  'Continent',
  'Opinion',
  'Letters',
];

const AUTHORS = [
  'Ida Marchbank',
  'Tobin Ashgrove',
  'Nell Hawthorne',
  'Bo Hallqvist',
  'Anna Møller',
];

const NEWEST = Date.UTC(2026, 2, 19, 18, 0, 0);

/**
 * Writes `count` posts of about 4 KB into `folder`, invented by a generator that makes the same
 * posts every time: Jekyll front matter, and Markdown as newspapers write it, mostly paragraphs.
 * There are three posts a day.
 */
export function makePosts(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (let number = 0; number < count; number++) writePost(folder, number);
}

/** Writes the post `number`; 0 is the oldest but for `makePosts` calls with another count. */
export function writePost(folder: string, number: number, extra = ''): void {
  const next = generator(number + 1);
  const date = new Date(NEWEST - number * 8 * 3_600_000 + Math.floor(next() * 3_000_000));
  const title = capital(words(next, 9));
  const slug = `${title.toLowerCase().replace(/[^a-z]+/g, '-')}-${number}`;
  const local = date.toISOString().slice(0, 19);
  const text = [
    '---',
    'layout: post',
    `title: "${title}${extra}"`,
    `date: ${local}`,
    `author: "${pick(next, AUTHORS)}"`,
    `categories: [${pick(next, CATEGORIES)}]`,
    `tags: [${pick(next, WORDS)}, ${pick(next, WORDS)}]`,
    `excerpt: "${capital(words(next, 18))}."`,
    '---',
    '',
    body(next),
  ].join('\n');
  writeFileSync(join(folder, `${local.slice(0, 10)}-${slug}.md`), text);
}

function body(next: () => number): string {
  const blocks: string[] = [];
  let length = 0;
  while (length < 3700) {
    const block = blockOf(next, blocks.length);
    blocks.push(block);
    length += block.length;
  }
  return `${blocks.join('\n\n')}\n`;
}

function blockOf(next: () => number, at: number): string {
  if (at > 0 && at % 7 === 0) return `## ${capital(words(next, 4))}`;
  if (at > 0 && at % 9 === 0) {
    return [1, 2, 3].map(() => `- ${words(next, 7)}`).join('\n');
  }
  if (at > 0 && at % 5 === 0) return `> ${paragraph(next, 2)}`;
  return paragraph(next, 4);
}

function paragraph(next: () => number, sentences: number): string {
  return Array.from({ length: sentences }, () => {
    const random = next();
    const end =
      random < 0.15
        ? ` and the [${words(next, 2)}](https://example.org/${pick(next, WORDS)}/)`
        : '';
    const stress = random > 0.85 ? ` *${words(next, 2)}*` : '';
    return `${capital(words(next, 12))}${stress}${end}.`;
  }).join(' ');
}

function words(next: () => number, count: number): string {
  return Array.from({ length: count }, () => pick(next, WORDS)).join(' ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function pick<Item>(next: () => number, items: readonly Item[]): Item {
  const item = items[Math.floor(next() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** Numbers in [0, 1) that look random and are the same for the same seed (Mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Writes a site with `count` posts into the folder `place`. Returns the path of its config. */
export function makeSite(place: string, count: number): string {
  makePosts(join(place, 'posts'), count);
  mkdirSync(join(place, 'config'));
  const config = join(place, 'config', 'broadsheet.yaml');
  writeFileSync(
    config,
    'site: { title: Bench, url: "https://bench.example/", author: { name: Bench } }\n',
  );
  return config;
}
