import { MAILS, readMail } from './mails.ts';

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Broken mails: fixtures without a valid token, with bytes changed, pieces cut, repeated and mixed. */
export function* fuzzedMails(count: number, seed: number): Generator<Buffer> {
  const random = seeded(seed);
  const below = (most: number) => Math.floor(random() * most);
  const bodies = MAILS.map((name) =>
    // Of another token: one character of each is wrong.
    Buffer.from(
      readMail(name)
        .toString('latin1')
        .replace(/\b(0000000[0-9a-z]{20})\b/gi, (token) => `${token.slice(0, -1)}~`)
        .replace(/ReN4hKYirWNx0fCf0-DymQ/g, 'ReN4hKYirWNx0fCf0-DymA'),
      'latin1',
    ),
  );
  const pick = () => bodies[below(bodies.length)] ?? Buffer.alloc(0);
  for (let index = 0; index < count; index += 1) {
    let mail = Buffer.from(pick());
    for (let change = below(8); change >= 0; change -= 1) {
      const at = below(mail.length + 1);
      const end = Math.min(mail.length, at + below(200));
      switch (below(7)) {
        case 0:
          for (let byte = 0; byte < 5; byte += 1) mail[below(mail.length)] = below(256);
          break;
        case 1:
          mail = Buffer.concat([mail.subarray(0, at), mail.subarray(end)]);
          break;
        case 2:
          mail = Buffer.concat([mail.subarray(0, end), mail.subarray(at)]);
          break;
        case 3:
          mail = Buffer.concat([mail.subarray(0, at), pick().subarray(below(2000))]);
          break;
        case 4:
          mail = mail.subarray(0, at);
          break;
        case 5:
          mail = Buffer.from(mail.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
          break;
        default:
          mail = Buffer.concat([
            mail.subarray(0, at),
            Buffer.alloc(below(50), below(256)),
            mail.subarray(at),
          ]);
      }
    }
    yield mail;
  }
}
