// Puts jasmine's `describe`, `it` and `expect` where tfjs-core's tests look for them. Imported before any of those tests.
import jasmineCore from 'jasmine-core';

const jasmine = jasmineCore.boot(true);
jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
export const environment = jasmine.getEnv();
