// Tests of `npm test` that try some of many days and zones: here all of them.
import './ten-times.ts';
import '../calendar/calendar.test.ts';
import '../schedule/schedule-clock.test.ts';
