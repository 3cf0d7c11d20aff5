// Tests of `npm test` that try some of many pages, days and zones: here all of them.
import './ten-times.ts';
import '../calendar/calendar.test.ts';
import '../jobs/schedule-clock.test.ts';
import '../web/site/pages-in-browser.test.ts';
