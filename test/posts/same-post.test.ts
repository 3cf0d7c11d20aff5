import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { identifyPosts } from '../../src/posts/ids/identify-posts.ts';
import type { PublishedPost } from '../../src/posts/ids/published-posts.ts';
import type { Post } from '../../src/posts/post.ts';
import { parsedPost } from './posts.ts';

/** A folder of posts: the text of each file, by its name. */
type Folder = Readonly<Record<string, string>>;

const sha256 = (text: string) => hash('sha256', text, 'hex');

function postsOf(folder: Folder): Post[] {
  return Object.entries(folder).map(([file, text]) => {
    const contentHash = sha256(text.replaceAll('\r\n', '\n'));
    const bytesHash = sha256(text);
    const { post } = parsedPost(text, { file });
    return { ...post, contentHash, ...(bytesHash === contentHash ? {} : { bytesHash }) };
  });
}

/** The ids by file after building each of the folders, one after the other. */
function idsAfter(...folders: readonly Folder[]) {
  let published: readonly PublishedPost[] = [];
  let ids = new Map<string, string>();
  let changed = false;
  for (const folder of folders) {
    const identified = identifyPosts(postsOf(folder), published, 'quay.example');
    ({ published, changed } = identified);
    ids = new Map(identified.idOf);
  }
  return { published, changed, idOf: (file: string) => ids.get(file), ids: [...ids.values()] };
}

const LONG =
  'The council met in the old customs house and talked until the lamps were lit. '.repeat(2);
const OTHER =
  'The tide came in over the lower road and took the bench that nobody had paid for. '.repeat(2);
const post = (title: string, date: string, body: string) =>
  `---\ntitle: ${title}\ndate: ${date}\n---\n\n${body}\n`;

const FERRIES = { '2026-03-19-ferries.md': post('Night ferries', '2026-03-19', LONG) };
const FERRIES_ID = 'tag:quay.example,2026:ferries';

test('a post whose title, file and date change together keeps its id by its body', () => {
  const renamed = { 'news/2026-03-22-boats.md': post('Boats by night', '2026-03-22', LONG) };
  assert.equal(idsAfter(FERRIES, renamed).idOf('news/2026-03-22-boats.md'), FERRIES_ID);
});

test('a heading that is the title is no part of the body', () => {
  const headed = (title: string) => `---\ndate: 2026-03-19\n---\n# ${title}\n\n${LONG}\n`;
  const { idOf } = idsAfter({ 'a.md': headed('Night ferries') }, { 'b.md': headed('Boats') });
  assert.equal(idOf('b.md'), 'tag:quay.example,2026:a');
});

test('a shorter body identifies a post with the same date', () => {
  const body = 'Nobody was hurt, and the ferry sails again.';
  const before = { 'a.md': post('Ferry', '2026-03-19T10:30', body) };
  const idOf = (date: string) =>
    idsAfter(before, { 'b.md': post('Boat', date, body) }).idOf('b.md');
  assert.equal(idOf('2026-03-19T10:30'), 'tag:quay.example,2026:a');
  assert.equal(idOf('2026-03-20T10:30'), 'tag:quay.example,2026:b');
});

test('bodies that are empty or say little make no two posts one', () => {
  for (const body of ['', 'Comments?', '![](/a.jpg)', '{% gallery %}']) {
    const { idOf } = idsAfter(
      { 'a.md': post('Ferry', '2026-03-19', body) },
      { 'b.md': post('Boat', '2026-03-19', body) },
    );
    assert.equal(idOf('b.md'), 'tag:quay.example,2026:b', body);
  }
});

test('a new post with the body of one that was deleted months ago is a new post', () => {
  const july = { '2026-07-20-thread.md': post('Your turn', '2026-07-20', LONG) };
  assert.equal(idsAfter(FERRIES, {}, july).ids[0], 'tag:quay.example,2026:thread');
  assert.equal(idsAfter(FERRIES, july).ids[0], 'tag:quay.example,2026:thread');
});

test('where another post has the same body, a new one has to share more with the one that is gone', () => {
  const series = { ...FERRIES, '2026-03-12-open.md': post('Open thread', '2026-03-12', LONG) };
  const next = {
    '2026-03-12-open.md': post('Open thread', '2026-03-12', LONG),
    '2026-03-26-next.md': post('Another thread', '2026-03-26', LONG),
  };
  assert.equal(idsAfter(series, next).idOf('2026-03-26-next.md'), 'tag:quay.example,2026:next');
});

test('two posts with one body keep their ids, whatever happens to their titles', () => {
  const both = (a: string, b: string) => ({
    'a.md': post(a, '2026-03-19', LONG),
    'b.md': post(b, '2026-03-19', LONG),
  });
  const { idOf } = idsAfter(both('One', 'Two'), both('Two', 'One'), both('Three', 'Four'));
  assert.equal(idOf('a.md'), 'tag:quay.example,2026:a');
  assert.equal(idOf('b.md'), 'tag:quay.example,2026:b');
});

test('of a post that is split in two, the part in its file keeps the id', () => {
  const { idOf } = idsAfter(
    { 'a.md': post('Both', '2026-03-19', `${LONG}\n\n${OTHER}`) },
    { 'a.md': post('One', '2026-03-19', LONG), 'b.md': post('Two', '2026-03-19', OTHER) },
  );
  assert.equal(idOf('a.md'), 'tag:quay.example,2026:a');
  assert.equal(idOf('b.md'), 'tag:quay.example,2026:b');
});

test('posts that change places and titles at once keep their ids', () => {
  const { idOf } = idsAfter(
    { 'a.md': post('One', '2026-03-19', LONG), 'b.md': post('Two', '2026-03-20', OTHER) },
    { 'b.md': post('Uno', '2026-03-19', LONG), 'a.md': post('Due', '2026-03-20', OTHER) },
  );
  assert.equal(idOf('b.md'), 'tag:quay.example,2026:a');
  assert.equal(idOf('a.md'), 'tag:quay.example,2026:b');
});

test('a checkout with other line ends, and names in another form of Unicode, change no line', () => {
  const name = '2026-03-19-fähre.md';
  const folder = { [name]: post('Fähre', '2026-03-19', `${LONG}\n\n${OTHER}`) };
  const text = folder[name]?.replaceAll('\n', '\r\n') ?? '';
  const elsewhere = { [name.normalize('NFD')]: text };
  const { changed, idOf, published } = idsAfter(folder, elsewhere);
  assert.equal(changed, false);
  assert.equal(idOf(name.normalize('NFD')), 'tag:quay.example,2026:f%C3%A4hre');
  assert.equal(published[0]?.file, name.normalize('NFC'));
  assert.equal(idsAfter(elsewhere, folder).changed, false);
});

test('two files that differ in the form of their names alone are two posts', () => {
  const name = '2026-03-19-fähre.md';
  const folder = {
    [name.normalize('NFC')]: post('Eins', '2026-03-19', LONG),
    [name.normalize('NFD')]: post('Zwei', '2026-03-19', OTHER),
  };
  const { ids, changed } = idsAfter(folder, folder);
  assert.equal(new Set(ids).size, 2);
  assert.equal(changed, false);
});

test('a line of an earlier version stays as it is until something of its post changes', () => {
  const text = FERRIES['2026-03-19-ferries.md'].replaceAll('\n', '\r\n');
  const line: PublishedPost = {
    id: 'tag:old.example,2026:ferries',
    file: '2026-03-19-fa\u0308hre.md',
    date: '2026-03-19T00:00:00Z',
    slug: 'fa\u0308hre',
    contentHash: sha256(text),
  };
  const same = identifyPosts(postsOf({ '2026-03-19-fähre.md': text }), [line], 'q');
  assert.equal(same.changed, false);
  const edited = text.replace('Night', 'Late');
  const after = identifyPosts(postsOf({ '2026-03-19-fähre.md': edited }), [line], 'q').published[0];
  assert.equal(after?.id, line.id);
  assert.equal(after?.file, '2026-03-19-fähre.md');
  assert.match(after?.bodyHash ?? '', /^[0-9a-f]{64}$/);
});

interface Article {
  readonly number: number;
  readonly file: string;
  readonly title: string;
  readonly day: number;
  readonly body: number;
  readonly crlf: boolean;
}

/** One step of an editor's life: which post, and what is done to it. */
interface Edit {
  readonly pick: number;
  readonly rename: boolean;
  readonly retitle: boolean;
  readonly redate: boolean;
  readonly rewrite: boolean;
  readonly crlf: boolean;
  readonly form: boolean;
  readonly swap: boolean;
  readonly remove: boolean;
}

const EDIT: fc.Arbitrary<Edit> = fc.record({
  pick: fc.nat(3),
  ...{ rename: fc.boolean(), retitle: fc.boolean(), redate: fc.boolean(), rewrite: fc.boolean() },
  ...{ crlf: fc.boolean(), form: fc.boolean(), swap: fc.boolean() },
  remove: fc.integer({ min: 0, max: 9 }).map((random) => random === 0),
});

/** What is done between two builds: some posts are edited, each once; or one goes, or two change places. */
const BUILD = fc.uniqueArray(EDIT, { maxLength: 3, selector: ({ pick }) => pick }).map((edits) => {
  const alone = edits.find(({ swap, remove }) => swap || remove);
  return alone === undefined ? edits : [alone];
});

test('whatever is done to posts, each keeps its id and no two have one', () => {
  fc.assert(
    fc.property(fc.array(BUILD, { maxLength: 8 }), (builds) => {
      let count = 0;
      const write = (): Article => {
        const number = count++;
        const file = `2026-03-10-é${number}.md`;
        return { number, file, title: `T${number}`, day: 10, body: number, crlf: false };
      };
      let articles = Array.from({ length: 5 }, write);
      let published: readonly PublishedPost[] = [];
      const idOf = new Map<number, string>();
      for (const edits of [[], ...builds]) {
        articles = edits.reduce((before, edit) => afterEdit(before, edit, () => count++), articles);
        if (articles.length < 4) articles = [...articles, write()];
        const folder = Object.fromEntries(articles.map((each) => [each.file, textOf(each)]));
        const identified = identifyPosts(postsOf(folder), published, 'quay.example');
        published = identified.published;
        for (const { number, file } of articles) {
          const id = identified.idOf.get(file) ?? '';
          assert.equal(id, idOf.get(number) ?? id);
          idOf.set(number, id);
        }
        assert.equal(new Set(idOf.values()).size, idOf.size);
        assert.equal(new Set(published.map(({ id }) => id)).size, published.length);
        assert.equal(identifyPosts(postsOf(folder), published, 'quay.example').changed, false);
      }
    }),
    { numRuns: 300 },
  );
});

function textOf({ title, day, body, crlf }: Article): string {
  const text = post(title, `2026-03-${day}`, `${body} bells. ${LONG}`);
  return crlf ? text.replaceAll('\n', '\r\n') : text;
}

function afterEdit(articles: readonly Article[], edit: Edit, next: () => number): Article[] {
  const at = edit.pick % articles.length;
  const chosen = articles[at] as Article;
  if (edit.remove) return articles.toSpliced(at, 1);
  if (edit.swap) {
    const other = articles[(at + 1) % articles.length] as Article;
    return articles.map((each) => {
      if (each === chosen) return { ...chosen, file: other.file };
      return each === other ? { ...other, file: chosen.file } : each;
    });
  }
  const file = edit.rename ? `x/2026-03-10-é${next()}.md` : chosen.file;
  const form = edit.form ? 'NFD' : 'NFC';
  return articles.with(at, {
    ...chosen,
    file: file.normalize(form),
    title: edit.retitle ? `Title ${next()}` : chosen.title,
    day: edit.redate ? 10 + ((chosen.day + 7) % 20) : chosen.day,
    // A post that is known by nothing any more is another post.
    body: edit.rewrite && !edit.rename ? next() : chosen.body,
    crlf: edit.crlf,
  });
}
