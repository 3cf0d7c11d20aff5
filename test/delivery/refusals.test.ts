import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addAccepted,
  addRefusal,
  afterGivingUp,
  judgePast,
  judgeTail,
  type NumberedRefusal,
  noRefusals,
  type RefusalState,
  type ReplyClass,
  reasonToStop,
  replyPattern,
} from '../../src/delivery/refusals.ts';

const KINDS: readonly ReplyClass[] = [
  ...(['noSuchAddress', 'unclear', 'mailboxTrouble', 'slowDown', 'policy', 'relay'] as const),
];

/** What a relay says one after the other: accepted, or what it refuses for. */
type Word = 'accepted' | ReplyClass;

/** The state after these words, over one connection, and what was past by then. */
function after(
  words: readonly Word[],
  from: RefusalState = noRefusals(),
): { readonly state: RefusalState; readonly past: readonly NumberedRefusal[] } {
  let state = from;
  const past: NumberedRefusal[] = [];
  for (const [index, word] of words.entries()) {
    if (word === 'accepted') {
      const step = addAccepted(state, state.refused);
      state = step.state;
      past.push(...step.past);
    } else {
      const domain = `${index % 3}.example`;
      const refusal = { id: index, kind: word, pattern: `550 ${word}`, domain, isFinal: true };
      state = addRefusal(state, refusal);
    }
  }
  return { state, past };
}

const times = (count: number, word: Word) => Array<Word>(count).fill(word);
const stops = (...words: readonly Word[]) => reasonToStop(after(words).state);

test('so many alike in a row are a reason to stop, fewer the less they name the reader', () => {
  for (const [kind, most] of [
    ['relay', 3],
    ['unclear', 5],
    ['noSuchAddress', 10],
    ['mailboxTrouble', 10],
    ['policy', 10],
    ['slowDown', 10],
  ] as const) {
    assert.equal(stops(...times(most - 1, kind)), undefined, kind);
    assert.deepEqual(stops(...times(most, kind)), { kind, refusals: most, of: most });
    assert.deepEqual(stops('accepted', ...times(most, kind)), { kind, refusals: most, of: most });
    assert.equal(stops(...times(most - 1, kind), 'accepted', ...times(most - 1, kind)), undefined);
  }
});

test('half of the last fifty refused for policy is a reason to stop, however they come', () => {
  const everySecond = Array.from({ length: 25 }, () => ['accepted', 'policy'] as const).flat();
  assert.deepEqual(stops(...everySecond), { kind: 'policy', refusals: 25, of: 50 });
  assert.equal(stops(...everySecond.slice(2)), undefined);
  assert.equal(stops(...everySecond.slice(2), ...times(50, 'accepted'), 'policy'), undefined);
});

test('a domain that puts off all of its readers says nothing of the relay', () => {
  let state = noRefusals();
  for (let id = 0; id < 20; id += 1) {
    const words = { kind: 'slowDown', pattern: '450 later', isFinal: false } as const;
    state = addRefusal(state, { id, domain: 'slow.example', ...words });
  }
  assert.equal(reasonToStop(state), undefined);
});

test('after a rest one refusal is enough, until a message is taken', () => {
  const probing = noRefusals(true);
  assert.ok(reasonToStop(after(['unclear'], probing).state));
  assert.ok(reasonToStop(after(['relay'], probing).state));
  assert.equal(reasonToStop(after(['accepted', 'unclear'], probing).state), undefined);
});

test('who is refused between accepted messages is refused for good', () => {
  const { state, past } = after(['accepted', ...times(3, 'noSuchAddress'), 'accepted']);
  assert.deepEqual([...judgePast(past, state).values()], ['reader', 'reader', 'reader']);
});

test('refusals without a reason between accepted messages are believed of a few, not of many', () => {
  const some = after([...times(20, 'accepted'), 'unclear', 'accepted', 'unclear', 'accepted']);
  assert.deepEqual([...judgePast(some.past, some.state).values()], ['reader', 'reader']);
  const many = after(Array.from({ length: 8 }, () => ['accepted', 'unclear'] as const).flat());
  assert.ok([...judgePast(many.past, many.state).values()].every((each) => each === 'later'));
});

test('who is refused without a reason before anybody else was asked is refused for good', () => {
  const { state, past } = after([...times(3, 'unclear'), ...times(4, 'accepted')]);
  assert.deepEqual([...judgePast(past, state).values()], ['reader', 'reader', 'reader']);
});

test('a message that was under way when others were refused tells nothing of them', () => {
  const { state } = after(['accepted', 'unclear', 'unclear']);
  const late = addAccepted(state, 1);
  assert.deepEqual(
    late.past.map(({ number }) => number),
    [1],
  );
  assert.equal(late.state.tail.length, 1);
});

test('at the end of a run only words that name the reader are believed, and of two at most', () => {
  const judge = (kind: ReplyClass, count: number, hasAccepted: boolean) => {
    const { state } = after([...(hasAccepted ? ['accepted' as const] : []), ...times(count, kind)]);
    return [...new Set(judgeTail(state, hasAccepted).values())];
  };
  assert.deepEqual(judge('noSuchAddress', 2, true), ['reader']);
  assert.deepEqual(judge('noSuchAddress', 3, true), ['later']);
  assert.deepEqual(judge('noSuchAddress', 2, false), ['doubtful']);
  assert.deepEqual(judge('noSuchAddress', 3, false), ['us']);
  assert.deepEqual(judge('unclear', 1, true), ['later']);
  assert.deepEqual(judge('unclear', 1, false), ['us']);
  assert.deepEqual(judge('relay', 1, true), ['later']);
  assert.deepEqual(judge('relay', 1, false), ['us']);
  assert.deepEqual(judge('policy', 1, false), ['us']);
  assert.deepEqual(judge('policy', 1, true), ['reader']);
  assert.deepEqual(judge('policy', 5, true), ['us']);
});

test('what was under way when a relay was given up is given up as well', () => {
  const { state } = after(['accepted', ...times(10, 'noSuchAddress')]);
  const late = after(['noSuchAddress'], afterGivingUp(state, true)).state;
  assert.deepEqual([...judgeTail(late, true).values()], ['us']);
});

test('whatever a relay says, nobody is blamed by it who was refused with nobody taken before or after', () => {
  const words = fc.array(fc.constantFrom(...KINDS), { maxLength: 30 });
  fc.assert(
    fc.property(words, (said) => {
      const { state, past } = after(said);
      assert.equal(past.length, 0);
      const blamed = [...judgeTail(state, false)].filter(([, judgement]) => judgement === 'reader');
      // A mailbox that is full: of which the store asks besides whether others were taken.
      for (const [id] of blamed) assert.equal(said[id], 'mailboxTrouble');
    }),
  );
});

test('every refusal is judged once', () => {
  const words = fc.array(fc.constantFrom<Word>('accepted', ...KINDS), { maxLength: 60 });
  fc.assert(
    fc.property(words, fc.boolean(), (said, hasAccepted) => {
      const { state, past } = after(said);
      const judged = [...judgePast(past, state).keys(), ...judgeTail(state, hasAccepted).keys()];
      const refused = [...said.keys()].filter((index) => said[index] !== 'accepted');
      assert.deepEqual(
        judged.toSorted((a, b) => a - b),
        refused,
      );
    }),
  );
});

test('replies to several readers that say the same have one pattern', () => {
  const ada = replyPattern(
    {
      code: 550,
      enhancedCode: '5.1.1',
      text: '<Ada@example.org>: unknown to mx3.example.org at 07:12 (id a1B2c3), see https://x.example/e?u=ada',
    },
    'ada@example.org',
  );
  const bob = replyPattern(
    {
      code: 550,
      enhancedCode: '5.1.1',
      text: '<bob@example.net>: unknown to mx1.example.net at 07:13 (id z9Y8x7), see https://x.example/e?u=bob',
    },
    'bob@example.net',
  );
  assert.equal(ada, bob);
  assert.equal(ada, '550 5.1.1 unknown to at id see');
});

test('other words, or another code, are another pattern', () => {
  const of = (code: number, text: string) => replyPattern({ code, text }, 'ada@example.org');
  assert.notEqual(of(550, 'mailbox unavailable'), of(550, 'no such user'));
  assert.notEqual(of(550, 'mailbox unavailable'), of(450, 'mailbox unavailable'));
});
