// The tests of `npm test` that try something often, with many more trials.
import './ten-times.ts';
import '../calendar/calendar.test.ts';
import '../jobs/killed-service.test.ts';
import '../jobs/schedule-clock.test.ts';
import '../jobs/site/budgets.test.ts';
import '../jobs/site/histories.test.ts';
import '../scenarios/crash.test.ts';
import '../scenarios/server-crash.test.ts';
import '../store/ledger-model.test.ts';
import '../web/site/pages-in-browser.test.ts';
