/**
 * Validates the definitions of this repository, with `gemini-sync-bridge validate` from the sources.
 *
 *     npm run validate-connectors -- [PATH…] [--format text|json|github]
 */
import process from 'node:process';
import { main } from '../src/cli/main.ts';

const DEFAULT_PATHS = ['connectors', 'examples'];

const args = process.argv.slice(2);
const hasPath = args.some((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--format');
process.exitCode = await main(['validate', ...(hasPath ? [] : DEFAULT_PATHS), ...args]);
