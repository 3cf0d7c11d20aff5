import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { TestContext } from 'node:test';
import packet, { type Answer, type Packet, type Question } from 'dns-packet';
import { cleanUpAfter } from './clean-up-after.ts';

/** What a name has. A TXT record of several strings is a list; an MX record is `10 mail.example`. */
export interface Names {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly MX?: readonly string[];
  readonly PTR?: readonly string[];
  readonly TXT?: readonly (string | readonly string[])[];
}

/** What is known of each name: its records, or that the server cannot find out, or never answers. */
export type Zone = Readonly<Record<string, Names | 'SERVFAIL' | 'silent'>>;

export interface DnsServer {
  /** For `dns.servers`. */
  readonly address: string;
  /** The questions so far, as `TXT paper.example`. */
  readonly questions: readonly string[];
}

/** The largest answer over UDP without EDNS (RFC 1035 §4.2.1); a longer one is asked for over TCP. */
const MOST_BYTES = 512;

/** A real DNS server on a free port of this machine, UDP and TCP, until the test ends. */
export async function startDns(t: TestContext, zone: Zone): Promise<DnsServer> {
  const questions: string[] = [];
  const answer = (bytes: Buffer): Packet | undefined => {
    const query = packet.decode(bytes);
    const [question] = query.questions ?? [];
    if (question === undefined) return undefined;
    questions.push(`${question.type} ${question.name}`);
    return reply(query, question, zone);
  };
  const { tcp, udp } = await bindBoth();
  cleanUpAfter(t, () => udp.close());
  cleanUpAfter(t, () => tcp.close());
  udp.on('message', (bytes, from) => {
    const answered = answer(bytes);
    if (answered === undefined) return;
    const whole = packet.encode(answered);
    const isCut = whole.length > MOST_BYTES;
    const cut = {
      ...answered,
      answers: [],
      flags: (answered.flags ?? 0) | packet.TRUNCATED_RESPONSE,
    };
    udp.send(isCut ? packet.encode(cut) : whole, from.port, from.address);
  });
  tcp.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      const answered = answer(bytes.subarray(2));
      if (answered !== undefined) socket.end(packet.streamEncode(answered));
    });
  });
  return { address: `127.0.0.1:${(tcp.address() as AddressInfo).port}`, questions };
}

/** The same port for both: the port that one of them got may be taken for the other. */
async function bindBoth(): Promise<{ tcp: Server; udp: Socket }> {
  for (;;) {
    const tcp = createServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const udp = createSocket('udp4');
    udp.bind((tcp.address() as AddressInfo).port, '127.0.0.1');
    try {
      await once(udp, 'listening');
      return { tcp, udp };
    } catch {
      udp.close();
      tcp.close();
    }
  }
}

const NAME_ERROR = 3;
const SERVER_FAILURE = 2;

function reply(query: Packet, question: Question, zone: Zone): Packet | undefined {
  const name = question.name.toLowerCase();
  const found = zone[name];
  if (found === 'silent') return undefined;
  const isAbove = Object.keys(zone).some((each) => each.endsWith(`.${name}`));
  const code =
    found === 'SERVFAIL' ? SERVER_FAILURE : found === undefined && !isAbove ? NAME_ERROR : 0;
  const answers = typeof found === 'object' ? answersOf(name, question.type, found) : [];
  return {
    type: 'response',
    ...(query.id === undefined ? {} : { id: query.id }),
    flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | code,
    questions: [question],
    answers,
  };
}

function answersOf(name: string, type: string, found: Names): Answer[] {
  const common = { name, ttl: 60 };
  const records = found[type as keyof Names] ?? [];
  return records.map((record): Answer => {
    if (type === 'TXT') return { ...common, type, data: [record].flat().flatMap(piecesOf) };
    const [priority, exchange = ''] = String(record).split(' ');
    if (type === 'MX') return { ...common, type, data: { preference: Number(priority), exchange } };
    return { ...common, type: type as 'A' | 'AAAA' | 'PTR', data: String(record) };
  });
}

/** A string of a TXT record has at most 255 bytes (RFC 1035 §3.3). */
function piecesOf(text: string): readonly string[] {
  return text.match(/[\s\S]{1,255}/g) ?? [''];
}
