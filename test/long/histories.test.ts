// Tests of `npm test` of many requests and of random histories, with many more of them.
import './ten-times.ts';
import '../jobs/site/budgets.test.ts';
import '../jobs/site/histories.test.ts';
import '../store/ledger-model.test.ts';
