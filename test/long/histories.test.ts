// Tests of `npm test` of random histories, with many more of them.
import './ten-times.ts';
import '../jobs/site/histories.test.ts';
import '../store/ledger-model.test.ts';
