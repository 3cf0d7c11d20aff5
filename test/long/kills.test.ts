// Tests of `npm test` in which programs and servers are killed, with many more trials.
import './ten-times.ts';
import '../jobs/killed-service.test.ts';
import '../scenarios/crash.test.ts';
import '../scenarios/server-crash.test.ts';
