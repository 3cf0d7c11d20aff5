// Imported before tests that try something often: ten times as many trials as in `npm test`.
process.env.BROADSHEET_TEST_TRIALS = '10';
