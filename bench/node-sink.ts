// An SMTP server that reads messages and throws them away: node-sink.ts PORT
import { createServer, type Socket } from 'node:net';

const END = Buffer.from('\r\n.\r\n');

createServer(serve).listen(Number(process.argv[2]), '127.0.0.1');

function serve(socket: Socket): void {
  let inBody = false;
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.write('220 sink\r\n');
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf(inBody ? END : '\r\n');
      if (end < 0) {
        // Of a body only what may be the beginning of its end is kept.
        if (inBody) rest = rest.subarray(Math.max(0, rest.length - END.length));
        return;
      }
      const command = inBody ? '.' : rest.toString('latin1', 0, end).slice(0, 4).toUpperCase();
      rest = rest.subarray(end + (inBody ? END.length : 2));
      inBody = command === 'DATA';
      if (command === 'QUIT') socket.end('221 bye\r\n');
      else if (command === 'EHLO') socket.write('250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n');
      else socket.write(inBody ? '354 go on\r\n' : '250 ok\r\n');
    }
  });
}
