import { Option } from 'commander';

/** Returns the option -c, the same for every command that has a configuration file. */
export function configFileOption(): Option {
  return new Option('-c, --config <file>', 'the configuration file').default('config.yaml');
}
