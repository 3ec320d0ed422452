// What runs a daemon in a process. An entry of the build, for tests.
export { createApp } from '../app.js';
export { loadConfig } from '../config/load-config.js';
export { runUntilSignal } from '../lifecycle.js';
export { createLogger } from '../observability/logger.js';
export { configFiles } from './config-files.js';
