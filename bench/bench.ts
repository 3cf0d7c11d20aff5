import { benchBuild } from './bench-build.ts';
import { benchHttp } from './bench-http.ts';
import { benchSend } from './bench-send.ts';

const [name, ...rest] = process.argv.slice(2);

switch (name) {
  case 'build':
    await benchBuild(rest.map(Number));
    break;
  case 'send':
    await benchSend(...rest.map(Number));
    break;
  case 'http':
    await benchHttp(...rest.map(Number));
    break;
  default:
    process.stderr.write(
      'usage: npm run bench -- build [COUNT ...] | send [COUNT] | http [SECONDS]\n',
    );
    process.exitCode = 64;
}
