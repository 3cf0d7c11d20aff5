// The tests of `npm test` that try something often, with ten times as many trials.
process.env.BROADSHEET_TEST_TRIALS = '10';

const SUITES = [
  'calendar/calendar',
  'jobs/killed-service',
  'jobs/schedule-clock',
  'jobs/site/budgets',
  'jobs/site/histories',
  'scenarios/crash',
  'scenarios/server-crash',
  'store/ledger-model',
  'web/site/pages-in-browser',
];

for (const suite of SUITES) await import(`../${suite}.test.ts`);
