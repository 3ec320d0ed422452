export { build as default } from '../../scripts/build.js';
