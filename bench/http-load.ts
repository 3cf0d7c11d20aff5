import { connect, type Socket } from 'node:net';

export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
  readonly bytesPerAnswer: number;
}

export interface LoadOptions {
  /** The status that every answer has. */
  readonly status: number;
  readonly seconds: number;
  readonly connections: number;
  /** Makes the fields of the next form: then it is sent by POST. */
  readonly form?: () => Record<string, string>;
}

const END_OF_HEAD = '\r\n\r\n';

/**
 * Requests `url` for `seconds`, over `connections` kept open, one request at a time on each. Reads
 * what comes as bytes, so that the load takes little beside the server. Throws for another status
 * than `status`.
 */
export async function loadHttp(
  url: string,
  headers: Readonly<Record<string, string>>,
  { status, seconds, connections, form }: LoadOptions,
): Promise<Load> {
  const { hostname, port, pathname, host } = new URL(url);
  const lines = Object.entries({ Host: host, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const headOf = (method: string, more: readonly string[] = []) =>
    `${method} ${pathname} HTTP/1.1\r\n${[...lines, ...more].join('\r\n')}${END_OF_HEAD}`;
  const get = Buffer.from(headOf('GET'));
  const requestOf = () => {
    if (form === undefined) return get;
    const body = new URLSearchParams(form()).toString();
    const type = 'Content-Type: application/x-www-form-urlencoded';
    return Buffer.from(headOf('POST', [type, `Content-Length: ${body.length}`]) + body);
  };
  const begun = performance.now();
  const until = begun + seconds * 1000;
  const runs = Array.from({ length: connections }, async () => {
    const socket = connect(Number(port), hostname);
    try {
      return await askAgainAndAgain(socket, requestOf, `HTTP/1.1 ${status} `, until);
    } finally {
      socket.destroy();
    }
  });
  const answers = (await Promise.all(runs)).flat();
  const took = (performance.now() - begun) / 1000;
  const times = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return {
    requestsPerSecond: answers.length / took,
    median: at(0.5),
    p99: at(0.99),
    bytesPerAnswer: answers[0]?.bytes ?? 0,
  };
}

interface Timed {
  readonly ms: number;
  readonly bytes: number;
}

function askAgainAndAgain(
  socket: Socket,
  requestOf: () => Buffer,
  wanted: string,
  until: number,
): Promise<Timed[]> {
  const times: Timed[] = [];
  let sentAt = 0;
  let head = '';
  let left = -1;
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const ask = () => {
      sentAt = performance.now();
      [head, left, bytes] = ['', -1, 0];
      socket.write(requestOf());
    };
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (left < 0) {
        head += chunk.toString('latin1');
        const end = head.indexOf(END_OF_HEAD);
        if (end < 0) return;
        if (!head.startsWith(wanted)) return reject(new Error(head.slice(0, 200)));
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head.slice(0, end + 2))?.[1] ?? 0);
        left = length - (head.length - end - END_OF_HEAD.length);
      } else left -= chunk.length;
      if (left > 0) return;
      times.push({ ms: performance.now() - sentAt, bytes });
      if (performance.now() < until) ask();
      else resolve(times);
    });
  });
}
