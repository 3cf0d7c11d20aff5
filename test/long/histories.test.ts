// Tests of `npm test` of random histories, with many more of them.
import './ten-times.ts';
import '../site/histories.test.ts';
import '../delivery/ledger-model.test.ts';
