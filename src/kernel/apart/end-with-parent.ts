import { Socket } from 'node:net';

// A thread that kills its process when the parent process is gone: standard input then ends.

new Socket({ fd: 0, readable: true, writable: false })
  .on('error', () => {})
  .on('close', () => process.kill(process.pid, 'SIGKILL'))
  .resume();
