// Runs all tests of the page in one process, with one browser and two servers.

import { after } from 'node:test';
import { close } from './harness.js';

import './tests/report.js';
import './tests/keyboard.js';
import './tests/states.js';
import './tests/comparison.js';
import './tests/host.js';
import './tests/many.js';
import './tests/hostile.js';
import './tests/axe.js';

after(close);
